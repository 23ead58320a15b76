import { DateTime } from 'luxon';

/** What the file needs of an appointment. Instants are ISO 8601 with offset, as receipts have them. */
export interface CalendarAppointment {
  appointment_id: string;
  starts_at: string;
  ends_at: string;
  status: 'booked' | 'cancelled';
  service: string;
  practitioner: string;
}

/** What the file needs of the clinic. */
export interface CalendarClinic {
  name: string;
  /** IANA. */
  time_zone: string;
  /** Where patients go; left out when it is not known. */
  address?: string;
  /** E.164: where the clinic is called. */
  phone?: string;
}

/**
 * One appointment as a calendar file (RFC 5545): in the clinic's zone, with the zone's rules, lines folded at 75 octets. A booked one is
 * published; a cancelled one cancels the entry that the same appointment made before. Nothing of the patient is in it, because calendars are
 * shared. `stampedAt` is when the file is made.
 */
export function calendarFile(
  appointment: CalendarAppointment,
  clinic: CalendarClinic,
  stampedAt: Date,
): string {
  const starts = DateTime.fromISO(appointment.starts_at, { zone: clinic.time_zone });
  const ends = DateTime.fromISO(appointment.ends_at, { zone: clinic.time_zone });
  const cancelled = appointment.status === 'cancelled';
  const { service, practitioner } = appointment;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Openhours//Appointments//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${cancelled ? 'CANCEL' : 'PUBLISH'}`,
    ...zoneLines(starts, ends),
    'BEGIN:VEVENT',
    `UID:${escaped(appointment.appointment_id)}@openhours`,
    `DTSTAMP:${utc(DateTime.fromJSDate(stampedAt))}`,
    `SEQUENCE:${cancelled ? 1 : 0}`,
    `STATUS:${cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    instant('DTSTART', starts),
    instant('DTEND', ends),
    `SUMMARY:${escaped(`${service}, ${clinic.name}`)}`,
    `DESCRIPTION:${escaped(`${service} with ${practitioner} at ${clinic.name}.${clinic.phone === undefined ? '' : ` Telephone: ${clinic.phone}`}`)}`,
    ...(clinic.address === undefined ? [] : [`LOCATION:${escaped(clinic.address)}`]),
    ...(clinic.phone === undefined ? [] : [`ORGANIZER;CN=${quoted(clinic.name)}:tel:${clinic.phone}`]),
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** The zone's rule at that time: what it was before, and the changes of the clocks from a year before to the end. */
function zoneLines(starts: DateTime, ends: DateTime): string[] {
  const from = starts.minus({ days: 400 });
  const changes = clockChanges(from, ends);
  const observance = (at: DateTime | undefined, offsetFrom: number, after: DateTime) => {
    const kind = after.isInDST ? 'DAYLIGHT' : 'STANDARD';
    // The onset is written in the time that was in force before it.
    const onset = at?.setZone('utc').plus({ minutes: offsetFrom }).toFormat(LOCAL) ?? '19700101T000000';
    return [
      `BEGIN:${kind}`,
      `DTSTART:${onset}`,
      `TZOFFSETFROM:${offset(offsetFrom)}`,
      `TZOFFSETTO:${offset(after.offset)}`,
      `TZNAME:${escaped(after.offsetNameShort ?? offset(after.offset))}`,
      `END:${kind}`,
    ];
  };
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${starts.zoneName ?? 'UTC'}`,
    ...observance(undefined, from.offset, from),
    ...changes.flatMap((at) => observance(at, at.minus(1).offset, at)),
    'END:VTIMEZONE',
  ];
}

/** The instants at which the zone's offset changes. Clocks do not change twice within a week. */
function clockChanges(from: DateTime, to: DateTime): DateTime[] {
  const found: DateTime[] = [];
  for (let low = from; low < to; low = low.plus({ days: 7 })) {
    let [before, after] = [low.toMillis(), Math.min(low.plus({ days: 7 }).toMillis(), to.toMillis())];
    const offsetAt = (ms: number) => DateTime.fromMillis(ms, { zone: from.zone }).offset;
    if (offsetAt(before) === offsetAt(after)) continue;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offsetAt(middle) === offsetAt(before)) before = middle;
      else after = middle;
    }
    found.push(DateTime.fromMillis(after, { zone: from.zone }));
  }
  return found;
}

const LOCAL = "yyyyLLdd'T'HHmmss";
const utc = (time: DateTime): string => `${time.toUTC().toFormat(LOCAL)}Z`;

/** In the clinic's zone; in UTC within the hour that a clock shows twice, where the local time says which of the two only for the first. */
function instant(name: string, time: DateTime): string {
  const local = time.toFormat(LOCAL);
  const read = DateTime.fromFormat(local, LOCAL, { zone: time.zone });
  const twice = time.getPossibleOffsets().length > 1;
  if (twice || read.toMillis() !== time.startOf('second').toMillis()) return `${name}:${utc(time)}`;
  return `${name};TZID=${time.zoneName ?? 'UTC'}:${local}`;
}

function offset(minutes: number): string {
  const whole = Math.abs(Math.trunc(minutes));
  const digits = [Math.floor(whole / 60), whole % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${digits.join('')}`;
}

/** TEXT of RFC 5545, section 3.3.11; control characters are not allowed in it. */
function escaped(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replace(/\p{Cc}/gu, '');
}

/** A parameter's value: no quotes and no line breaks can be in it. */
const quoted = (text: string): string => `"${text.replaceAll('"', "'").replace(/\p{Cc}/gu, ' ')}"`;

/** Lines of at most 75 octets of UTF-8, each after the first with a space before it; no character is cut in two. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line.replace(/\p{Cs}/gu, '\uFFFD')) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      parts.push(part);
      [part, octets] = ['', 1];
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}
