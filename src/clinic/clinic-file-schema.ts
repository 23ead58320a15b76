import { IANAZone } from 'luxon';
import { z } from 'zod';
import { CLINIC_FILE } from '../config/desk-defaults.ts';
import { clockMinutes } from './hours.ts';

/** The days as a file names them, Monday (1) first. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const { nameChars, sentenceChars, entries, retainDays } = CLINIC_FILE;

// The message of each check is the remedy; what is wrong is told from the value itself.
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
/** Half a character, or one that no printer knows: Postgres refuses them, and voices stumble. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** One line of text: white space of any kind is one space. */
function text(remedy: string, longest: number, holding = /\S/) {
  return z
    .string(remedy)
    .transform((value) => value.replace(/\s+/g, ' ').trim())
    .refine((value) => holding.test(value) && value.length <= longest && !UNPRINTABLE.test(value), remedy);
}

/** A name that is spoken, so with a letter or a digit in it. */
const name = (of: string) => {
  const remedy = `write ${of}, up to ${nameChars} characters with a letter among them`;
  return text(remedy, nameChars, /[\p{L}\p{N}]/u);
};

const sentence = (what: string) => text(`write ${what}, up to ${sentenceChars} characters`, sentenceChars);

function whole(min: number, max: number, example: number) {
  const remedy = `write a whole number from ${min} to ${max}, such as ${example}`;
  return z.number(remedy).int(remedy).min(min, remedy).max(max, remedy);
}

function list<Item extends z.ZodType>(item: Item, remedy: string) {
  return z.array(item, remedy).max(entries, `write ${entries} entries at most`);
}

/** In quotes: without them YAML reads a number, and drops the + and the zeros in front. */
const phone = z.string('write the number in quotes with its country code, such as "+922135550100"');

const slug = (what: string) => {
  const remedy = `write ${what} in lower-case letters, digits and "-", such as check-up`;
  return z.string(remedy).max(63, remedy).regex(SLUG, remedy);
};

const SPAN_REMEDY = 'write opening and closing time, the later one last, such as 09:00-17:00';

function spanOf(value: string): { opens: string; closes: string } | undefined {
  const [, opens = '', closes = ''] = /^(\d\d:\d\d) ?[-–] ?(\d\d:\d\d)$/.exec(value.trim()) ?? [];
  const [from, to] = [clockMinutes(opens), clockMinutes(closes)];
  return from !== undefined && to !== undefined && from < to ? { opens, closes } : undefined;
}

const span = z
  .string(SPAN_REMEDY)
  .refine((value) => spanOf(value) !== undefined, SPAN_REMEDY)
  .transform((value) => spanOf(value) ?? { opens: '', closes: '' });

/** One span need not be written as a list of one. */
const spans = z.preprocess(
  (value) => (value === 'closed' ? [] : typeof value === 'string' ? [value] : value),
  list(span, 'write a span such as 09:00-17:00, a list of them, or closed').refine(
    (all) => all.every((one, index) => !all.slice(index + 1).some((other) => overlap(one, other))),
    'leave time between the spans, or make them one',
  ),
);

/** Whether two spans of a day have a minute in common. Times are `HH:MM`, which sort as they are. */
export function overlap(
  one: { opens: string; closes: string },
  other: { opens: string; closes: string },
): boolean {
  return one.opens < other.closes && other.opens < one.closes;
}

const DATE_REMEDY = 'write a day of the calendar as year, month and day, such as 2026-12-24';

function isDate(value: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  // Some engines make the 30th of February the 2nd of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
}

const date = z.string(DATE_REMEDY).refine(isDate, DATE_REMEDY);

/** One entry of `closures`. */
export const closureSchema = z
  .strictObject(
    {
      date: date.optional(),
      from: date.optional(),
      to: date.or(z.literal('infinity')).optional(),
      hours: spans.optional(),
      reason: sentence('the reason').nullish(),
    },
    'write date, or from and to; with hours for a day of special hours',
  )
  .refine(
    (one) =>
      (one.date === undefined) !== (one.from === undefined) &&
      (one.from === undefined) === (one.to === undefined),
    'write either date, or both from and to',
  )
  .refine(
    (one) => one.from === undefined || one.to === undefined || one.from <= one.to,
    'put the earlier day into from',
  );

/** One entry of `services`. */
export const serviceSchema = z.strictObject(
  {
    slug: slug('a short name for the tables'),
    name: name('what callers hear'),
    duration_minutes: whole(5, 480, 30),
    price: z.number('write a number, such as 2000').min(0, 'write a number that is not negative').nullish(),
    aliases: list(name('another word for it'), 'write a list of other words callers use for it').default([]),
    buffer_minutes: whole(0, 240, 10).default(0),
    lead_time_minutes: whole(0, 43_200, 60).nullish(),
  },
  'write slug, name and duration_minutes',
);

/** One entry of `practitioners`. */
export const practitionerSchema = z.strictObject(
  {
    name: name('the name as callers say it'),
    title: name('what they are').nullish(),
    services: z.preprocess(
      (value) => (value === 'all' ? ['all'] : value),
      list(slug('the slug of a service'), 'write all, or a list of the slugs of services'),
    ),
    formerly: name('the name until now').optional(),
  },
  'write name and services',
);

/** One entry of `answers`. */
export const answerSchema = z.strictObject(
  {
    question: sentence('a question callers ask'),
    answer: sentence('the answer that is spoken'),
    keywords: list(name('one word'), 'write a list of words').default([]),
  },
  'write question and answer',
);

/** What a clinic's file may say: shapes alone. What concerns two fields is looked at by `readClinicFile`. */
export const clinicFileSchema = z.strictObject(
  {
    slug: slug("the clinic's short name"),
    name: name("the clinic's name"),
    time_zone: z
      .string('write a name of the IANA list, such as Asia/Karachi')
      .refine((zone) => IANAZone.isValidZone(zone), 'write a name of the IANA list, such as Asia/Karachi'),
    country: z
      .string('write the two capital letters of the country, such as PK')
      .regex(/^[A-Z]{2}$/, 'write the two capital letters of the country, such as PK'),
    language: z
      .string('write en, ur or es')
      .regex(LANGUAGE, 'write a language tag, such as en')
      .default('en'),
    languages: list(
      z.string('write a language tag, such as en').regex(LANGUAGE, 'write a language tag, such as en'),
      'write a list such as [en, ur]',
    )
      .min(1, 'write one language at least, or leave the field out')
      .max(10, 'write 10 languages at most')
      .optional(),
    agent_name: text('write the value of LIVEKIT_AGENT_NAME', nameChars).default('openhours'),
    staff_number: phone.nullish(),
    sms_from: z
      .string('write a number in quotes, a messaging service (MG…), or a name of 11 letters at most')
      .nullish(),
    greeting: sentence('what callers hear first').nullish(),
    emergency_line: sentence('what callers hear in an emergency').nullish(),
    recording_line: sentence('what callers hear about recording').nullish(),
    lead_time_minutes: whole(0, 43_200, 60).default(60),
    slot_step_minutes: whole(5, 240, 30).default(30),
    max_days_ahead: whole(0, 730, 60).default(60),
    max_workers: whole(1, 20, 1).default(1),
    retain_transcripts_days: whole(0, retainDays, 90).nullish(),
    redact_transcripts: z.boolean('write true or false').default(false),
    numbers: list(phone, 'write the list of the numbers callers dial').default([]),
    hours: z.strictObject(
      Object.fromEntries(WEEKDAYS.map((day) => [day, spans.optional()])) as Record<
        (typeof WEEKDAYS)[number],
        z.ZodOptional<typeof spans>
      >,
      'write the opening hours by weekday, such as monday: 09:00-17:00',
    ),
    closures: list(closureSchema, 'write a list of days').default([]),
    services: list(serviceSchema, 'write the list of what can be booked').default([]),
    practitioners: list(practitionerSchema, 'write the list of who can be booked').default([]),
    answers: list(answerSchema, 'write the list of questions with their answers').default([]),
  },
  "write the clinic's fields: docs/clinic-file.md has all of them",
);

/** A file as it was read, with its defaults. */
export type ClinicFileShape = z.output<typeof clinicFileSchema>;
