import type { Hono } from 'hono';
import type { findCalendarAppointment } from '../clinic/call-records.ts';
import { calendarFile } from '../clinic/calendar-file.ts';
import { CALENDAR } from '../config/desk-defaults.ts';
import type { Logger } from '../log.ts';
import type { CalendarLinks } from './calendar-link.ts';

/** What serving calendar files needs. */
export interface CalendarRouteDeps {
  readonly links: CalendarLinks;
  readonly find: (appointmentId: string) => ReturnType<typeof findCalendarAppointment>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * `GET /calendar/<token>.ics`: the appointment as it stands now, with nothing of the patient, until a day after its end. A token that we have not
 * made is 404 before anything is looked up, and so is an appointment that is not there: nobody learns which it was.
 */
export function serveCalendar(app: Hono, { links, find, log, nowMs }: CalendarRouteDeps): void {
  app.get('/calendar/:file{.+\\.ics}', async (c) => {
    const id = links.appointmentOf(c.req.param('file').replace(/\.ics$/, ''));
    const unknown = () => c.json({ error: 'not found' }, 404);
    if (id === undefined) return unknown();
    try {
      const found = await find(id);
      if (found === undefined || nowMs() > Date.parse(found.appointment.ends_at) + CALENDAR.servedForMs) {
        return unknown();
      }
      const method = found.appointment.status === 'cancelled' ? 'CANCEL' : 'PUBLISH';
      return c.body(calendarFile(found.appointment, found.clinic, new Date(nowMs())), 200, {
        'content-type': `text/calendar; charset=utf-8; method=${method}`,
        'content-disposition': 'attachment; filename="appointment.ics"',
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
        'x-robots-tag': 'noindex',
      });
    } catch (error) {
      log.warn({ error }, 'a calendar file could not be made');
      return c.json({ error: 'try again later' }, 503, { 'retry-after': '30' });
    }
  });
}
