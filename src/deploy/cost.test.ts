import { describe, expect, test } from 'vitest';
import type { Calendar } from '../clinic/hours.ts';
import { callCost, sharedCost, targetCosts, weekOfWork } from './cost.ts';
import { loadPrices } from './prices.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const prices = loadPrices();
const weekly = (days: readonly number[], opens: string, closes: string): Calendar['hours'] =>
  days.map((weekday) => ({ weekday, opens, closes }));
const calendar = (hours: Calendar['hours']): Calendar => ({ time_zone: 'Asia/Karachi', hours, closures: [] });
const SIZE = { cpu: 2, memoryGib: 4 };
/** Without the time around the shifts. */
const costs = (of: Calendar, entries = 2) => {
  const week = { ...weekOfWork([of], NOW), shifts: 0 };
  const all = targetCosts(week, SIZE, { leadMs: 0, entries }, prices);
  return (target: string) => all.find((one) => one.target === target);
};
const cents = (amount: number | undefined) => Math.round((amount ?? 0) * 100) / 100;

/*
 * By hand. A second of the job: 2 vCPU × $0.000018 + 4 GiB × $0.000002 = $0.000036 + $0.000008 = $0.000044.
 *
 * Monday to Saturday, 8 h: 48 h a week. A month has 365.25 / 7 / 12 = 4.348214 weeks, so 208.714 h, or 751,371 s.
 * 751,371 s × $0.000044 = $33.06.
 *
 * Always: a month of 730 h, as Google's pages have it, is 2,628,000 s. × $0.000044 = $115.63.
 */
test('two CPUs and 4 GiB, Monday to Saturday 8 h, are $33.06 a month as a job, and $115.63 always on', () => {
  const cost = costs(calendar(weekly([1, 2, 3, 4, 5, 6], '09:00', '17:00')));
  expect(cost('job')?.hours).toBeCloseTo(208.714, 3);
  expect(cents(cost('job')?.listPrice)).toBe(33.26);
  expect(cents((cost('job')?.listPrice ?? 0) - 2 * prices.items.scheduler_entry.price)).toBe(33.06);
  expect(cents(cost('always-on')?.listPrice)).toBe(115.63);
});

/*
 * 2 × 751,371 s = 1,502,743 vCPU-s, less 240,000: 1,262,743 × $0.000018 = $22.73. 4 × 751,371 s = 3,005,486 GiB-s, less 450,000:
 * 2,555,486 × $0.000002 = $5.11. Two entries of three that are free.
 */
test('with free units the job is $27.84', () => {
  const cost = costs(calendar(weekly([1, 2, 3, 4, 5, 6], '09:00', '17:00')));
  expect(cents(cost('job')?.afterFree)).toBe(27.84);
});

/*
 * The sample clinic: 5 × 8 h + 5 h = 45 h. Six shifts of 5 min ahead and 5 min after: 1 h. 46 h × 4.348214 × 3,600 × $0.000044 = $31.68,
 * and $0.20 for two entries.
 */
test('the sample clinic as it is, with the lead and the calls after closing time, is $31.88', () => {
  const sample = calendar([...weekly([1, 2, 3, 4, 5], '09:00', '17:00'), ...weekly([6], '10:00', '15:00')]);
  const week = weekOfWork([sample], NOW);
  expect(week).toEqual({ openHours: 45, shifts: 6, days: 6 });
  const [job] = targetCosts(week, SIZE, { leadMs: 5 * 60_000, entries: 2 }, prices);
  expect(cents(job?.listPrice)).toBe(31.88);
});

test('a clinic that never closes is open all the week, and its job no cheaper than a machine', () => {
  const always = calendar(weekly([1, 2, 3, 4, 5, 6, 7], '00:00', '24:00'));
  const week = weekOfWork([always], NOW);
  expect(week).toEqual({ openHours: 168, shifts: 7, days: 7 });
  const [job] = targetCosts(week, SIZE, { leadMs: 5 * 60_000, entries: 1 }, prices);
  expect(job?.hours).toBeCloseTo(730.5, 1);
});

/*
 * A worker pool: 2 × $0.000011244 + 4 × $0.000001235 = $0.000027428 × 2,628,000 s = $72.08.
 * GKE: 208.714 h of a pod at 2 × $0.0445 + 4 × $0.0049225 = $0.10869 is $22.69, and 730 h of a cluster $73.00, which is free once.
 */
test('what stays is charged for the whole month, and a cluster also without pods', () => {
  const cost = costs(calendar(weekly([1, 2, 3, 4, 5, 6], '09:00', '17:00')));
  expect(cents(cost('worker-pool')?.listPrice)).toBe(72.08);
  expect(cents(cost('service')?.listPrice)).toBe(115.63);
  expect(cents(cost('gke')?.listPrice)).toBe(95.69);
  expect(cents(cost('gke')?.afterFree)).toBe(22.69);
});

/*
 * A minute: $0.0048 heard, 360 characters × $0.03 / 1,000 = $0.0108 spoken, 5,000 × $0.40 + 20,000 × $0.10 + 300 × $1.60 per million = $0.0045
 * thought: $0.0201. Telephony $0.0034 + $0.004 + 2 × $0.0005 = $0.0084. A call of 2.5 min: 2.5 × $0.0201 + 3 × $0.0084 = $0.07545.
 */
describe('calls', () => {
  const week = { openHours: 45, shifts: 6, days: 6 };
  test('cost what their minutes cost, those of carriers rounded up, and a booking what its calls cost', () => {
    const cost = callCost({ perDay: 10, minutes: 2.5, bookings: 0.5 }, week, 2, prices);
    expect(cost.speechPerMinute).toBeCloseTo(0.0201, 4);
    expect(cost.telephonyPerMinute).toBeCloseTo(0.0084, 6);
    expect(cost.perCall).toBeCloseTo(0.07545, 5);
    expect(cost.perBooking).toBeCloseTo(0.1509, 5);
    // 10 × 6 × 4.348 calls, and a number for each clinic.
    expect(cost.callsPerMonth).toBeCloseTo(260.9, 1);
    expect(cents(cost.perMonth)).toBe(cents(260.893 * 0.07545 + 2));
  });

  test('that never end in a booking have no price for one', () =>
    expect(callCost({ perDay: 10, minutes: 2, bookings: 0 }, week, 1, prices).perBooking).toBeUndefined());
});

test('images, secrets and logs are small, and mostly free', () => {
  // 9 versions × $0.06 + 1 GB × $0.10 + 0.25 GiB of logs × $0.50; 6 versions, half a GB and all logs are free.
  expect(cents(sharedCost(512, prices).listPrice)).toBe(0.77);
  expect(cents(sharedCost(512, prices).afterFree)).toBe(0.23);
});

describe('the price file', () => {
  const text = (change: (lines: string) => string) => () => loadPrices(change(JSON.stringify(prices)));
  test.each([
    [
      'a price that is none',
      text((of) => of.replace('"price":0.000018', '"price":"cheap"')),
      'items.job_cpu.price must be a number',
    ],
    [
      'a date that is none',
      text((of) => of.replace('2026-11-22', 'last year')),
      'must be the day it was looked up',
    ],
    ['one that is missing', text((of) => of.replace('"logs":', '"lags":')), 'items.logs'],
    ['no YAML', () => loadPrices('items: ['), 'deploy/prices.yaml is no YAML'],
    ['nothing', () => loadPrices(''), 'deploy/prices.yaml'],
  ])('with %s is refused', (_, load, problem) => expect(load).toThrow(problem));

  test('says of every price where and when it was looked up', () => {
    for (const [name, { source, as_of }] of Object.entries(prices.items)) {
      expect(source, name).toMatch(/^https:\/\//);
      expect(as_of, name).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});
