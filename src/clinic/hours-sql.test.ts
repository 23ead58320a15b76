import type { SupabaseClient } from '@supabase/supabase-js';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { type ClinicProfile, findClinics } from './clinics.ts';
import { openDatabase } from './database.ts';
import { type Span, nextClockTime, openSpans } from './hours.ts';

const CLINIC = 'c4000000-0000-4000-8000-000000000004';
const AGENT = 'hours-of-sql';

let database: TestDatabase;
let client: SupabaseClient;
beforeAll(async () => {
  database = await openTestDatabase();
  client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
});
afterAll(() => database.stop());

interface Row {
  days: number[] | [string, string];
  opens: string | null;
  closes: string | null;
}

/** Makes the clinic anew. Rows with weekdays are weekly hours, those with dates closures and special days. */
async function makeClinic(zone: string, rows: readonly Row[]): Promise<ClinicProfile> {
  await writeClinic(zone, rows);
  const [clinic] = await findClinics(client, AGENT);
  if (clinic === undefined) throw new Error('the clinic was not stored');
  return clinic;
}

async function writeClinic(zone: string, rows: readonly Row[]): Promise<void> {
  const quoted = (value: string | null) => (value === null ? 'null' : `'${value}'`);
  const inserts = rows.flatMap(({ days, opens, closes }) => {
    const times = `${quoted(opens)}, ${quoted(closes)}`;
    return typeof days[0] === 'string'
      ? [
          `insert into clinic_closures (clinic_id, from_date, to_date, opens, closes)
          values ('${CLINIC}', '${days.join("', '")}', ${times})`,
        ]
      : days.map((day) => `insert into clinic_hours values ('${CLINIC}', ${day}, ${times})`);
  });
  await database.sql(
    [
      `delete from clinics where id = '${CLINIC}'`,
      `insert into clinics (id, slug, name, time_zone, country, agent_name)
        values ('${CLINIC}', 'hours', 'Hours', '${zone}', 'DE', '${AGENT}')`,
      ...inserts,
    ].join(';'),
  );
}

/** What SQL says about the days from one to another: its spans without the empty ones, joined where they touch. */
async function spansOfSql(from: string, to: string): Promise<Span[]> {
  const { data } = await client
    .rpc('clinic_open_spans', { p_clinic_id: CLINIC, p_from: from, p_to: to })
    .throwOnError();
  const joined: Span[] = [];
  for (const row of data as { opens_at: string; closes_at: string }[]) {
    const [opensAt, closesAt] = [Date.parse(row.opens_at), Date.parse(row.closes_at)];
    const last = joined.at(-1);
    if (opensAt >= closesAt) continue;
    if (last !== undefined && opensAt <= last.closesAt) last.closesAt = Math.max(last.closesAt, closesAt);
    else joined.push({ opensAt, closesAt });
  }
  return joined;
}

const readable = (spans: readonly Span[], zone: string) =>
  spans.map(({ opensAt, closesAt }) =>
    [opensAt, closesAt].map((at) => DateTime.fromMillis(at, { zone }).toISO()).join(' – '),
  );

/** Both sides within the four days around a date, cut off there; SQL is asked for two days more, so that no day at an end is missing. */
async function bothSides(clinic: ClinicProfile, date: string): Promise<[string[], string[]]> {
  const zone = clinic.time_zone;
  const middle = DateTime.fromISO(date, { zone }).set({ hour: 12 });
  const [from, to] = [middle.minus({ days: 2 }), middle.plus({ days: 2 })];
  const cut = (spans: readonly Span[]) =>
    spans
      .map((span) => ({
        opensAt: Math.max(span.opensAt, from.toMillis()),
        closesAt: Math.min(span.closesAt, to.toMillis()),
      }))
      .filter((span) => span.opensAt < span.closesAt);
  const sql = await spansOfSql(
    from.minus({ days: 2 }).toFormat('yyyy-MM-dd'),
    to.plus({ days: 2 }).toFormat('yyyy-MM-dd'),
  );
  const ours = openSpans(clinic, from.toMillis(), to.toMillis());
  return [readable(cut(ours), zone), readable(cut(sql), zone)];
}

/** Days on which clocks change: by an hour or half of one, at night, at midnight and before it; and Karachi's changes of 2008. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2027-03-28'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2027-03-14'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Australia/Lord_Howe', '2027-04-04'],
  ['Asia/Karachi', '2026-11-23'],
  ['Asia/Karachi', '2008-06-01'],
  ['Asia/Karachi', '2008-11-01'],
  ['Europe/Dublin', '2027-03-28'],
  ['Africa/Cairo', '2027-04-30'],
  ['Africa/Cairo', '2026-10-29'],
  ['America/Santiago', '2026-09-06'],
  ['America/Santiago', '2027-04-04'],
  ['America/Havana', '2026-11-01'],
  ['America/Nuuk', '2027-03-27'],
  ['America/Nuuk', '2026-10-24'],
];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const span = (opens: string, closes: string): Row => ({ days: EVERY_DAY, opens, closes });

describe.each(CHANGES)('in %s around %s', (zone, date) => {
  test.each([
    ['the day and a lunch', [span('08:00', '12:00'), span('13:00', '18:00')]],
    ['the whole day', [span('00:00', '24:00')]],
    [
      'the night in pieces',
      [span('00:00', '00:45'), span('01:15', '02:30'), span('02:30', '03:15'), span('23:15', '23:45')],
    ],
    ['what the change leaves out or doubles', [span('00:15', '01:30'), span('02:15', '02:45')]],
  ])('%s: the same instants as in SQL', async (_, rows) => {
    const [ours, sql] = await bothSides(await makeClinic(zone, rows), date);
    expect(ours).toEqual(sql);
    expect(ours.length).toBeGreaterThan(0);
  });

  test('a clock time is the instant that Postgres reads', async () => {
    const noonBefore = DateTime.fromISO(date, { zone }).minus({ days: 1 }).set({ hour: 12 });
    const clocks = ['00:00', '00:30', '01:00', '01:30', '02:00', '02:15', '02:30', '03:00', '11:59'];
    const read = await database.sql<{ at: Date }>(
      'select ($1::date + c::time) at time zone $2 as at from unnest($3::text[]) c',
      [date, zone, clocks],
    );
    const expected = read.map(({ at }) => at.toISOString());
    const ours = clocks.map((clock) => nextClockTime(zone, clock, noonBefore.toMillis()));
    expect(ours.map((at) => new Date(at).toISOString())).toEqual(expected);
  });
});

test('closed wins over special hours, which replace the weekly ones', async () => {
  const clinic = await makeClinic('Europe/Berlin', [
    span('08:00', '17:00'),
    { days: ['2026-12-22', '2026-12-24'], opens: '09:00', closes: '10:00' },
    { days: ['2026-12-22', '2026-12-22'], opens: '20:00', closes: '24:00' },
    { days: ['2026-12-24', '2026-12-26'], opens: null, closes: null },
  ]);
  const [ours, sql] = await bothSides(clinic, '2026-12-23');
  expect(ours).toEqual(sql);
  expect(ours.map((text) => `${text.slice(8, 16)}–${text.slice(40, 48)}`)).toEqual([
    '21T12:00–21T17:00',
    '22T09:00–22T10:00',
    '22T20:00–23T00:00',
    '23T09:00–23T10:00',
  ]);
});

test('any calendar in any of these zones has the same spans here as in SQL', async () => {
  const clock = (quarters: number) =>
    `${String(Math.floor(quarters / 4)).padStart(2, '0')}:${String((quarters % 4) * 15).padStart(2, '0')}`;
  // Spans of a day that cannot overlap: pairs of an ordered set of times. Half of the times are of the night, where clocks change.
  const spans = fc
    .uniqueArray(fc.oneof(fc.nat(16), fc.nat(96)), { minLength: 2, maxLength: 6 })
    .map((times) => times.sort((a, b) => a - b))
    .map((times) =>
      times.flatMap((opens, index) => {
        const closes = index % 2 === 0 ? times[index + 1] : undefined;
        return closes === undefined ? [] : [{ opens: clock(opens), closes: clock(closes) }];
      }),
    );
  const around = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(2));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CHANGES),
      fc.array(spans, { minLength: 7, maxLength: 7 }),
      fc.option(fc.tuple(around, spans)),
      fc.option(around),
      async ([zone, date], week, special, closed) => {
        const dates = ([first, length]: [number, number]): [string, string] => {
          const from = DateTime.fromISO(date, { zone: 'utc' }).plus({ days: first });
          return [from.toFormat('yyyy-MM-dd'), from.plus({ days: length }).toFormat('yyyy-MM-dd')];
        };
        const clinic = await makeClinic(zone, [
          ...week.flatMap((day, index) => day.map((hours) => ({ days: [index + 1], ...hours }))),
          ...(special?.[1] ?? []).map((hours) => ({ days: dates(special?.[0] ?? [0, 0]), ...hours })),
          ...(closed === null ? [] : [{ days: dates(closed), opens: null, closes: null }]),
        ]);
        const [ours, sql] = await bothSides(clinic, date);
        expect(ours).toEqual(sql);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
