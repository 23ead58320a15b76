import fc from 'fast-check';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import type { CalendarAppointment } from '../clinic/calendar-file.ts';
import { CalendarLinks } from './calendar-link.ts';
import { type CalendarRouteDeps, serveCalendar } from './calendar-route.ts';

const ID = 'b4000000-0000-4000-8000-000000000001';
const links = new CalendarLinks('an-invented-secret', 'https://worker.example/base/');
const ENDS = Date.parse('2026-12-15T10:30:00+01:00');

function makeApp(changes: Partial<CalendarRouteDeps> & { status?: CalendarAppointment['status'] } = {}) {
  const { status = 'booked', ...overrides } = changes;
  const asked: string[] = [];
  const { log, lines } = collectLog();
  const app = new Hono();
  serveCalendar(app, {
    links,
    find: async (id) => {
      asked.push(id);
      return {
        appointment: {
          ...{
            appointment_id: id,
            starts_at: '2026-12-15T10:00:00+01:00',
            ends_at: '2026-12-15T10:30:00+01:00',
          },
          ...{ status, service: 'Visit', practitioner: 'Dr. Invented' },
        },
        clinic: { name: 'After', time_zone: 'Europe/Berlin' },
      };
    },
    log,
    nowMs: () => ENDS,
    ...overrides,
  });
  const get = (token: string) => app.request(`/calendar/${token}.ics`);
  return { get, app, asked, lines };
}

test('an appointment’s token is read back, by this key alone', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      const token = links.tokenOf(id);
      expect(links.appointmentOf(token)).toBe(id);
      expect(new CalendarLinks('another-secret', undefined).appointmentOf(token)).toBeUndefined();
    }),
  );
});

test('a token with any bit changed, and anything else, is none', () => {
  const bytes = Buffer.from(links.tokenOf(ID), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(links.appointmentOf(changed.toString('base64url'))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(links.appointmentOf(text)).toBeUndefined();
    }),
  );
});

test('the link is under the public address; without one there is none', () => {
  expect(links.linkTo(ID)).toBe(`https://worker.example/base/calendar/${links.tokenOf(ID)}.ics`);
  expect(new CalendarLinks('an-invented-secret', undefined).linkTo(ID)).toBeUndefined();
  expect(links.linkTo('not an id')).toBeUndefined();
});

test('the file is served as a calendar, kept by no cache, and says nothing of a patient', async () => {
  const response = await makeApp().get(links.tokenOf(ID));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8; method=PUBLISH');
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  const text = await response.text();
  expect(text).toContain(`UID:${ID}@openhours`);
  expect(text).toContain('DTSTART;TZID=Europe/Berlin:20261215T100000');
});

test('a cancelled appointment takes the entry out of the calendar', async () => {
  const response = await makeApp({ status: 'cancelled' }).get(links.tokenOf(ID));
  expect(response.headers.get('content-type')).toContain('method=CANCEL');
  expect(await response.text()).toContain('STATUS:CANCELLED');
});

test('a token that is none is 404 and asks nobody; so are an unknown appointment and one of last week', async () => {
  const { get, app, asked } = makeApp();
  const forged = new CalendarLinks('another-secret', undefined).tokenOf(ID);
  for (const token of [forged, 'x', '..%2f..%2fetc', ID, 'a'.repeat(100_000)]) {
    expect((await get(token)).status).toBe(404);
  }
  expect((await app.request('/calendar/')).status).toBe(404);
  expect(asked).toEqual([]);
  expect((await makeApp({ find: async () => undefined }).get(links.tokenOf(ID))).status).toBe(404);
  expect((await makeApp({ nowMs: () => ENDS + 8 * 86_400_000 }).get(links.tokenOf(ID))).status).toBe(404);
});

test('a database that is gone is 503, to be tried again', async () => {
  const { get, lines } = makeApp({ find: () => Promise.reject(new Error('gone')) });
  const response = await get(links.tokenOf(ID));
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('30');
  expect(lines).toHaveLength(1);
});
