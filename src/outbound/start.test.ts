import { describe, expect, test } from 'vitest';
import { NOW, makeClinic } from '../../test/support/clinic.ts';
import { makeConfig } from '../../test/support/config.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import { mayDial, openClinics } from './start.ts';

describe('a call is made', () => {
  const worker = (active: number, { maxCalls = '4', ready = true, until = 100 } = {}) => ({
    config: makeConfig({ MAX_CALLS: maxCalls }),
    ready: () => ready,
    activeCalls: () => active,
    until,
    nowMs: () => 50,
  });

  test.each([
    ['with all places free', worker(0), true],
    ['with one place left besides its own', worker(2), true],
    ['not with the last place, which is a caller’s', worker(3), false],
    ['not when the worker is full', worker(4), false],
    ['not by a worker with one place', worker(0, { maxCalls: '1' }), false],
    ['not by one that is not open, or drains', worker(0, { ready: false }), false],
    ['not shortly before the end of the shift', worker(0, { until: 50 }), false],
  ])('%s', (_, options, may) => {
    expect(mayDial(options)).toBe(may);
  });
});

describe('people are called in their clinic’s hours', () => {
  const night = NOW.set({ hour: 3 });
  const noon = NOW.set({ weekday: 1, hour: 12 });

  test.each([
    ['at night nobody', night, false, 0],
    ['at night by a shift made by hand', night, true, 1],
    ['in the hours', noon, false, 1],
  ])('%s', async (_, now, byHand, count) => {
    const clinics = openClinics({ clinics: async () => [makeClinic()], byHand, nowMs: () => now.toMillis() });
    expect(await clinics()).toHaveLength(count);
  });

  test('which are read anew after a minute', async () => {
    let reads = 0;
    let now = noon.toMillis();
    const clinics = openClinics({
      clinics: async () => {
        reads += 1;
        return [makeClinic()];
      },
      byHand: false,
      nowMs: () => now,
    });
    await clinics();
    await clinics();
    expect(reads).toBe(1);
    now += DIALLING.clinicsMs;
    await clinics();
    expect(reads).toBe(2);
  });
});
