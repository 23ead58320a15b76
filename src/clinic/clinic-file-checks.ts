import type { RawProblem } from './clinic-file.ts';
import { closureSchema, overlap } from './clinic-file-schema.ts';
import { toE164 } from './phone.ts';

type Group = Readonly<Record<string, unknown>>;

/**
 * What is wrong between the fields of a file: numbers that are none in the clinic's country, names given twice, services that do not exist,
 * special hours that overlap. It looks at the file as it was written, so that a wrong field does not hide what is wrong elsewhere.
 */
export function crossProblems(raw: unknown): RawProblem[] {
  if (!isGroup(raw)) return [];
  return [
    ...phoneProblems(raw),
    ...senderProblems(raw),
    ...twice(raw, 'services', 'slug'),
    ...twice(raw, 'practitioners', 'name'),
    ...twice(raw, 'answers', 'question'),
    ...serviceProblems(raw),
    ...renamingProblems(raw),
    ...specialDayProblems(raw),
  ];
}

function phoneProblems(raw: Group): RawProblem[] {
  const country = typeof raw['country'] === 'string' ? raw['country'] : '';
  const numbers = asList(raw['numbers']);
  const places: (readonly [PropertyKey[], unknown])[] = [
    [['staff_number'], raw['staff_number']],
    ...numbers.map((number, index) => [['numbers', index] as PropertyKey[], number] as const),
  ];
  const countryKnown = /^[A-Z]{2}$/.test(country);
  const wrong = places.flatMap(([path, value]) =>
    // Without its country a local number may be right.
    typeof value !== 'string' ||
    toE164(value, country) !== undefined ||
    (!countryKnown && !value.startsWith('+'))
      ? []
      : [
          {
            path,
            problem: `is ${shown(value)}, which is no telephone number`,
            remedy: 'write it with its country code, such as "+92 21 3555 0100"',
          },
        ],
  );
  const known = numbers.map((number) => (typeof number === 'string' ? toE164(number, country) : undefined));
  const repeated = known.flatMap((number, index) =>
    number === undefined || known.indexOf(number) === index
      ? []
      : [
          {
            path: ['numbers', index],
            problem: `is ${number} a second time`,
            remedy: 'take one of the two out',
          },
        ],
  );
  return [...wrong, ...repeated];
}

/**
 * Who sends a text message, as the provider takes it: a messaging service (`MG…`), a name of up to 11 letters and digits, or a number, which
 * becomes E.164. Undefined for anything else.
 */
export function toSender(value: string, country: string): string | undefined {
  const sender = value.trim();
  const named = /^[A-Za-z0-9 ]{1,11}$/.test(sender) && /[A-Za-z]/.test(sender);
  return named || /^MG[0-9a-f]{32}$/.test(sender) ? sender : toE164(sender, country);
}

function senderProblems(raw: Group): RawProblem[] {
  const [sender, country] = [raw['sms_from'], raw['country']];
  if (
    typeof sender !== 'string' ||
    toSender(sender, typeof country === 'string' ? country : '') !== undefined
  ) {
    return [];
  }
  const remedy =
    'write a number with its country code, a messaging service (MG…), or a name of 11 letters at most';
  return [{ path: ['sms_from'], problem: `is ${shown(sender)}, which nothing can be sent from`, remedy }];
}

/** Entries are told apart by this field. */
function twice(raw: Group, section: string, field: string): RawProblem[] {
  const keys = asList(raw[section]).map((entry) => keyOf(entry, field));
  return keys.flatMap((key, index) =>
    key === undefined || keys.indexOf(key) === index
      ? []
      : [
          {
            path: [section, index, field],
            problem: `is ${shown(key)} a second time`,
            remedy: `give every entry of ${section} a ${field} of its own`,
          },
        ],
  );
}

function serviceProblems(raw: Group): RawProblem[] {
  const slugs = asList(raw['services']).map((entry) => keyOf(entry, 'slug'));
  const reserved = slugs.indexOf('all');
  const unknown = asList(raw['practitioners']).flatMap((entry, person) =>
    asList(isGroup(entry) ? entry['services'] : undefined).flatMap((slug, index) =>
      typeof slug !== 'string' || slugs.includes(slug)
        ? []
        : [
            {
              path: ['practitioners', person, 'services', index],
              problem: `is ${shown(slug)}, which is no service of this file`,
              remedy: 'write the slug of an entry of services, or add that entry',
            },
          ],
    ),
  );
  if (reserved === -1) return unknown;
  const problem = { problem: 'is "all", which means every service', remedy: 'choose another slug' };
  return [{ path: ['services', reserved, 'slug'], ...problem }, ...unknown];
}

/** A name that somebody else has cannot be the one somebody had. */
function renamingProblems(raw: Group): RawProblem[] {
  const people = asList(raw['practitioners']);
  const names = people.map((entry) => keyOf(entry, 'name'));
  const former = people.map((entry) => keyOf(entry, 'formerly'));
  return former.flatMap((name, index) =>
    name === undefined || (!names.includes(name) && former.indexOf(name) === index)
      ? []
      : [
          {
            path: ['practitioners', index, 'formerly'],
            problem: `is ${shown(name)}, a name that another entry has`,
            remedy: 'take formerly out, or the other entry',
          },
        ],
  );
}

function specialDayProblems(raw: Group): RawProblem[] {
  const special = asList(raw['closures']).flatMap((entry, index) => {
    const parsed = closureSchema.safeParse(entry);
    if (!parsed.success) return [];
    const { date, from = date ?? '', to = from, hours = [] } = parsed.data;
    return hours.map((span) => ({ index, from, to, ...span }));
  });
  return special.flatMap((one, position) => {
    const other = special
      .slice(0, position)
      .find(
        (before) =>
          before.index !== one.index &&
          before.from <= one.to &&
          one.from <= before.to &&
          overlap(before, one),
      );
    if (other === undefined) return [];
    return [
      {
        path: ['closures', one.index, 'hours'],
        problem: `has ${one.opens}-${one.closes}, which overlaps the hours of closures[${other.index}] on the same day`,
        remedy: 'correct one of the two, or take it out',
      },
    ];
  });
}

function keyOf(entry: unknown, field: string): string | undefined {
  const value = isGroup(entry) ? entry[field] : undefined;
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: string): string {
  return JSON.stringify(value.length <= 60 ? value : `${value.slice(0, 57)}…`);
}
