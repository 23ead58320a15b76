import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { resolveDays } from '../clinic/days.ts';
import { comingDay } from './coming-day.ts';
import { SAMPLE_CLINIC } from './sample-clinic.ts';

test('is the day that the agent understands by its name, today and past midnight', () => {
  for (let hour = 0; hour < 24 * 21; hour += 1) {
    const now = DateTime.fromISO('2026-12-20T00:30', { zone: SAMPLE_CLINIC.zone }).plus({ hours: hour });
    const { name, at } = comingDay(now.toMillis());
    for (const later of [now, now.plus({ minutes: 40 })]) {
      const day = resolveDays(`on ${name} at ten`, later)?.from.toISODate() ?? '';
      expect(`${day}T10:00`, later.toISO() ?? '').toBe(at('10:00'));
    }
    expect(['Tuesday', 'Thursday']).toContain(name);
  }
});

test('is named as the agent says it', () => {
  const sunday = DateTime.fromISO('2026-11-22T12:00', { zone: SAMPLE_CLINIC.zone }).toMillis();
  expect(comingDay(sunday)).toMatchObject({ name: 'Tuesday', spoken: 'Tuesday the 24th of November' });
});
