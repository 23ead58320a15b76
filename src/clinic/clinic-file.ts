import type { z } from 'zod';
import { OpenhoursError } from '../errors.ts';
import type { ClinicDocument } from './clinic-document.ts';
import {
  type ClinicFileShape,
  WEEKDAYS,
  answerSchema,
  clinicFileSchema,
  practitionerSchema,
  serviceSchema,
} from './clinic-file-schema.ts';
import { crossProblems, toSender } from './clinic-file-checks.ts';
import { toE164 } from './phone.ts';

/** One thing wrong with a clinic's file. */
export interface ClinicFileProblem {
  /** Where: `services[2].slug`; empty for the file as a whole. */
  readonly path: string;
  /** Its line, where that is known. */
  readonly line?: number;
  /** What is wrong, as the end of a sentence that begins with the path. */
  readonly problem: string;
  readonly remedy: string;
}

/** A problem before its path is written out. */
export interface RawProblem {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
  readonly remedy: string;
}

/** Tells in which line the value at a path stands. */
export type LineOf = (path: readonly PropertyKey[]) => number | undefined;

/**
 * The clinic that a file describes, with the defaults of what it leaves out. Numbers become E.164, texts lose needless white space.
 * @param raw What the file's text was parsed to.
 * @throws OpenhoursError CLINIC_FILE_INVALID naming every problem at once, each with its remedy; `details.problems` has them as
 * {@link ClinicFileProblem}s.
 */
export function readClinicFile(raw: unknown, lineOf: LineOf = () => undefined): ClinicDocument {
  const parsed = clinicFileSchema.safeParse(raw);
  const shape = parsed.success ? [] : parsed.error.issues.flatMap((issue) => shapeProblems(raw, issue));
  const problems = [...shape, ...crossProblems(raw)];
  if (parsed.success && problems.length === 0) return toDocument(parsed.data);
  throw clinicFileError(
    problems.map((one) => {
      const line = lineOf(one.path);
      return { ...one, path: pathText(one.path), ...(line === undefined ? {} : { line }) };
    }),
  );
}

/** The error for these problems, in the order of their lines. */
export function clinicFileError(problems: readonly ClinicFileProblem[]): OpenhoursError {
  const sorted = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const lines = sorted.map(({ path, line, problem, remedy }) => {
    const where = path === '' ? 'the file' : path;
    return `  ${line === undefined ? '' : `line ${line}: `}${where} ${problem}: ${remedy}`;
  });
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new OpenhoursError('CLINIC_FILE_INVALID', `the clinic's file has ${count}:\n${lines.join('\n')}`, {
    details: { problems: sorted },
  });
}

/** What the file leaves open, and a caller would notice: sentences. The clinic can be set up all the same. */
export function clinicWarnings(clinic: ClinicDocument): string[] {
  const offered = new Set(clinic.practitioners.flatMap(({ services }) => services));
  const unoffered = clinic.services.filter(({ slug }) => !offered.has(slug)).map(({ slug }) => slug);
  const idle = clinic.practitioners.filter(({ services }) => services.length === 0).map(({ name }) => name);
  const never = clinic.hours.length === 0 && clinic.closures.every(({ opens }) => opens === null);
  return [
    ...(never ? ['hours has no opening: no shift will ever open'] : []),
    ...(clinic.numbers.length === 0
      ? ['numbers is empty: no call finds the clinic, unless the dispatch rule names it']
      : []),
    ...(clinic.staff_number === null
      ? ['staff_number is missing: callers who want a person, or an emergency, cannot be transferred']
      : []),
    ...(unoffered.length === 0 ? [] : [`no practitioner offers ${unoffered.join(', ')}: it is never free`]),
    ...(idle.length === 0 ? [] : [`${idle.join(', ')} offers no service, and cannot be booked`]),
  ];
}

/**
 * The file of a clinic, ready to be written, its fields in the order of `examples/clinic.yaml`: what is as the defaults have it is left out, and
 * read back it is the same clinic.
 */
export function toClinicFile(clinic: ClinicDocument): Record<string, unknown> {
  const { language, languages, hours, services } = clinic;
  const several = languages.length !== 1 || languages[0] !== language;
  const slugs = services.map(({ slug }) => slug).toSorted();
  const file: Record<string, unknown> = {
    ...clinic,
    languages: several ? languages : undefined,
    hours: Object.fromEntries(
      WEEKDAYS.map((day, index) => [day, hours.filter(({ weekday }) => weekday === index + 1)] as const)
        .filter(([, spans]) => spans.length > 0)
        .map(([day, spans]) => [day, spansText(spans)]),
    ),
    closures: closureEntries(clinic.closures),
    services: services.map((one) => written(one, serviceSchema.shape)),
    practitioners: clinic.practitioners.map(({ services: offered, ...one }) => {
      const all = slugs.length > 0 && slugs.join() === offered.toSorted().join();
      return { ...written(one, practitionerSchema.shape), services: all ? 'all' : offered };
    }),
    answers: clinic.answers.map((one) => written(one, answerSchema.shape)),
  };
  return written(file, clinicFileSchema.shape);
}

function toDocument(file: ClinicFileShape): ClinicDocument {
  const { hours, closures, services, practitioners, country, language, ...rest } = file;
  const e164 = (number: string | null | undefined) =>
    number == null ? null : (toE164(number, country) ?? number);
  const slugs = services.map(({ slug }) => slug);
  return {
    ...rest,
    country,
    language,
    languages: [...new Set(file.languages ?? [language])],
    staff_number: e164(file.staff_number),
    sms_from: file.sms_from == null ? null : (toSender(file.sms_from, country) ?? file.sms_from),
    greeting: file.greeting ?? null,
    emergency_line: file.emergency_line ?? null,
    recording_line: file.recording_line ?? null,
    retain_transcripts_days: file.retain_transcripts_days ?? null,
    numbers: file.numbers.map((number) => e164(number) ?? number).toSorted(),
    hours: WEEKDAYS.flatMap((day, index) =>
      (hours[day] ?? [])
        .toSorted((a, b) => (a.opens < b.opens ? -1 : 1))
        .map((span) => ({ weekday: index + 1, ...span })),
    ),
    closures: closures.flatMap(closureRows),
    services: services.map((one) => ({
      ...one,
      price: one.price ?? null,
      lead_time_minutes: one.lead_time_minutes ?? null,
    })),
    practitioners: practitioners.map(({ name, title, services: offered, formerly }) => ({
      name,
      title: title ?? null,
      services: offered.includes('all') ? slugs : [...new Set(offered)],
      ...(formerly === undefined ? {} : { formerly }),
    })),
  };
}

type ClosureEntry = ClinicFileShape['closures'][number];

function closureRows(entry: ClosureEntry): ClinicDocument['closures'] {
  const { date, from = date ?? '', to = from, hours = [], reason = null } = entry;
  if (hours.length === 0) return [{ from, to, reason, opens: null, closes: null }];
  return hours.map((span) => ({ from, to, reason, ...span }));
}

function shapeProblems(raw: unknown, issue: z.core.$ZodIssue): RawProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      problem: 'is not a field of a clinic’s file',
      remedy: 'take it out, or correct its name (docs/clinic-file.md has them all)',
    }));
  }
  const { path, value } = valueAt(raw, issue.path);
  const remedy =
    issue.code === 'invalid_value' || issue.code === 'invalid_union'
      ? 'write a day such as 2026-12-24'
      : issue.message;
  return [{ path, problem: value === undefined ? 'is missing' : `is ${short(value)}`, remedy }];
}

/** What stands at a path; the path ends where the file does not go on, as with one span in place of a list. */
function valueAt(raw: unknown, path: readonly PropertyKey[]): { path: PropertyKey[]; value: unknown } {
  const walked: PropertyKey[] = [];
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    walked.push(key);
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return { path: walked, value };
}

/** A value for a message, on one line and not too long. */
export function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = short(key).slice(1, -1);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** The fields of an entry, in the schema's order, without those that say what would hold without them. */
function written(entry: object, schema: Readonly<Record<string, z.ZodType>>): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(entry));
  return Object.fromEntries(
    Object.entries(schema)
      .map(([field, of]) => [field, values.get(field), of.safeParse(undefined).data] as const)
      .filter(([, value, byDefault]) => value != null && JSON.stringify(value) !== JSON.stringify(byDefault))
      .map(([field, value]) => [field, value]),
  );
}

function spansText(spans: readonly { opens: string; closes: string }[]): string | string[] {
  const [first, ...others] = spans.map(({ opens, closes }) => `${opens}-${closes}`);
  return others.length === 0 ? (first ?? 'closed') : [first ?? '', ...others];
}

/** Rows of the same days and reason are one entry: special hours with a break between. */
function closureEntries(closures: ClinicDocument['closures']): Record<string, unknown>[] {
  const groups = new Map<string, ClinicDocument['closures']>();
  for (const row of closures) {
    const key = JSON.stringify([row.from, row.to, row.reason, row.opens === null]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const { from, to, reason } = first;
    const spans = rows.flatMap(({ opens, closes }) =>
      opens === null || closes === null ? [] : [{ opens, closes }],
    );
    return [
      {
        ...(from === to ? { date: from } : { from, to }),
        ...(spans.length === 0 ? {} : { hours: spansText(spans) }),
        ...(reason === null ? {} : { reason }),
      },
    ];
  });
}
