import type { ClinicDocument } from './clinic-document.ts';
import { WEEKDAYS } from './clinic-file-schema.ts';

/** One thing that applying a file adds, changes or removes. */
export interface ClinicChange {
  readonly kind: 'add' | 'change' | 'remove';
  /** Where in the file: `services.filling.price`, `hours.monday`. */
  readonly path: string;
  /** As it is, unless it is added. */
  readonly before?: unknown;
  /** As it will be, unless it is removed. */
  readonly after?: unknown;
}

type Entries = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const FIELDS = [
  'slug',
  'name',
  'time_zone',
  'country',
  'language',
  'languages',
  'agent_name',
  'staff_number',
  'sms_from',
  'greeting',
  'emergency_line',
  'recording_line',
  'lead_time_minutes',
  'slot_step_minutes',
  'max_days_ahead',
  'max_workers',
  'retain_transcripts_days',
  'redact_transcripts',
] as const satisfies readonly (keyof ClinicDocument)[];

/**
 * What applying the second document changes in the first; empty when they set up the same clinic. Null stands for a clinic that does not
 * exist yet. The order of lists whose order means nothing does not count.
 */
export function diffClinics(before: ClinicDocument | null, after: ClinicDocument): ClinicChange[] {
  return [
    ...fieldChanges('', before ?? {}, after, FIELDS),
    ...setChanges('numbers', before?.numbers ?? [], after.numbers),
    ...dayChanges(before, after),
    ...setChanges('closures', (before?.closures ?? []).map(closureText), after.closures.map(closureText)),
    ...entryChanges(
      'services',
      byKey(before?.services ?? [], ({ slug }) => slug),
      byKey(after.services, ({ slug }) => slug),
    ),
    ...entryChanges('practitioners', ...peopleByName(before, after)),
    ...entryChanges(
      'answers',
      byKey(before?.answers ?? [], ({ question }) => question),
      byKey(after.answers, ({ question }) => question),
    ),
  ];
}

/** The changes as lines: `+` is added, `-` removed, `~` changed. */
export function changeLines(changes: readonly ClinicChange[]): string[] {
  return changes.map(({ kind, path, before, after }) => {
    switch (kind) {
      case 'add':
        return `+ ${path}: ${shown(after)}`;
      case 'remove':
        return `- ${path}: ${shown(before)}`;
      case 'change':
        return `~ ${path}: ${shown(before)} -> ${shown(after)}`;
      default:
        return kind satisfies never;
    }
  });
}

function fieldChanges(
  path: string,
  before: object,
  after: object,
  fields: readonly string[],
): ClinicChange[] {
  const old = new Map<string, unknown>(Object.entries(before));
  const next = new Map<string, unknown>(Object.entries(after));
  return fields.flatMap((field): ClinicChange[] => {
    const [was, is] = [old.get(field) ?? null, next.get(field) ?? null];
    if (same(was, is)) return [];
    const at = path === '' ? field : `${path}.${field}`;
    if (was === null) return [{ kind: 'add', path: at, after: is }];
    if (is === null) return [{ kind: 'remove', path: at, before: was }];
    return [{ kind: 'change', path: at, before: was, after: is }];
  });
}

function setChanges(path: string, before: readonly string[], after: readonly string[]): ClinicChange[] {
  const [old, next] = [new Set(before), new Set(after)];
  return [
    ...[...old]
      .filter((one) => !next.has(one))
      .map((one) => ({ kind: 'remove' as const, path, before: one })),
    ...[...next].filter((one) => !old.has(one)).map((one) => ({ kind: 'add' as const, path, after: one })),
  ];
}

function dayChanges(before: ClinicDocument | null, after: ClinicDocument): ClinicChange[] {
  const dayText = (clinic: ClinicDocument | null, weekday: number) =>
    (clinic?.hours ?? [])
      .filter((span) => span.weekday === weekday)
      .map(({ opens, closes }) => `${opens}-${closes}`)
      .toSorted()
      .join(', ') || null;
  const days = (clinic: ClinicDocument | null) =>
    Object.fromEntries(WEEKDAYS.map((day, index) => [day, dayText(clinic, index + 1)]));
  return fieldChanges('hours', days(before), days(after), WEEKDAYS);
}

function entryChanges(path: string, before: Entries, after: Entries): ClinicChange[] {
  const removed = [...before].filter(([key]) => !after.has(key));
  return [
    ...removed.map(([key, entry]) => ({ kind: 'remove' as const, path: `${path}.${key}`, before: entry })),
    ...[...after].flatMap(([key, entry]): ClinicChange[] => {
      const old = before.get(key);
      if (old === undefined) return [{ kind: 'add', path: `${path}.${key}`, after: entry }];
      return fieldChanges(`${path}.${key}`, old, entry, [
        ...new Set([...Object.keys(old), ...Object.keys(entry)]),
      ]);
    }),
  ];
}

/** Both by the name in the file: whoever is renamed is one person, with a new name. */
function peopleByName(before: ClinicDocument | null, after: ClinicDocument): [Entries, Entries] {
  const names = new Set((before?.practitioners ?? []).map(({ name }) => name));
  const renamed = new Map(
    after.practitioners.flatMap(({ name, formerly }) =>
      formerly !== undefined && names.has(formerly) && !names.has(name) ? [[formerly, name]] : [],
    ),
  );
  const sorted = (people: ClinicDocument['practitioners']) =>
    people.map(({ name, title, services }) => ({ name, title, services: services.toSorted() }));
  return [
    byKey(sorted(before?.practitioners ?? []), ({ name }) => renamed.get(name) ?? name),
    byKey(sorted(after.practitioners), ({ name }) => name),
  ];
}

function byKey<Entry extends object>(entries: readonly Entry[], keyOf: (entry: Entry) => string): Entries {
  return new Map(entries.map((entry) => [keyOf(entry), { ...entry } as Readonly<Record<string, unknown>>]));
}

function closureText({ from, to, opens, closes, reason }: ClinicDocument['closures'][number]): string {
  const days = from === to ? from : `${from} to ${to}`;
  const hours = opens === null || closes === null ? 'closed' : `${opens}-${closes}`;
  return `${days} ${hours}${reason === null ? '' : ` (${reason})`}`;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return Object.entries(value)
    .filter(([, part]) => part !== null && !(Array.isArray(part) && part.length === 0))
    .map(([field, part]) => `${field} ${shown(part)}`)
    .join(', ');
}
