import { expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import type { ClinicId } from '../clinic/ids.ts';
import { logCallbacksOwed } from './callbacks-owed.ts';

const CLINIC = 'clinic-invented' as ClinicId;
/** Monday to Friday, nine to five, in Karachi (UTC+5). */
const PROFILE = {
  id: CLINIC,
  time_zone: 'Asia/Karachi',
  hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '09:00', closes: '17:00' })),
  closures: [],
} as unknown as ClinicProfile;

async function lineFor(owed: string[], now: string) {
  const { log, lines } = collectLog();
  const asked: unknown[] = [];
  const tasks = {
    owedCallbacks: async (ids: readonly ClinicId[]) => {
      asked.push(ids);
      return owed.map((at) => ({ clinicId: CLINIC, sinceMs: Date.parse(at) }));
    },
  };
  const more = await logCallbacksOwed({
    tasks,
    clinics: async () => [PROFILE],
    log,
    nowMs: () => Date.parse(now),
  });
  expect(more).toBe(false);
  expect(asked).toEqual([[CLINIC]]);
  return lines[0];
}

test('callbacks are counted, with the open minutes of the one that has waited longest', async () => {
  const line = await lineFor(
    ['2026-11-23T05:00:00+05:00', '2026-11-23T09:30:00+05:00'],
    '2026-11-23T11:00:00+05:00',
  );
  expect(line).toMatchObject({ severity: 'INFO', message: 'callbacks owed', owed: 2, longestMinutes: 120 });
});

test('a night and a weekend do not count', async () => {
  const line = await lineFor(['2026-11-20T16:50:00+05:00'], '2026-11-23T09:05:00+05:00');
  expect(line).toMatchObject({ owed: 1, longestMinutes: 15 });
});

test('where none is owed nothing is written', async () => {
  expect(await lineFor([], '2026-11-23T11:00:00+05:00')).toBeUndefined();
});
