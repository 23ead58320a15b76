import { DateTime } from 'luxon';
import type { FreeSlot } from '../../src/clinic/appointments.ts';
import type { ClinicProfile, Practitioner, Service } from '../../src/clinic/clinics.ts';
import type { ClinicId, PractitionerId, ServiceId } from '../../src/clinic/ids.ts';

/** Where the invented clinic is: no daylight saving time, five hours ahead of UTC. */
export const ZONE = 'Asia/Karachi';

/** The present of these tests at the clinic: a Monday morning. */
export const NOW = DateTime.fromISO('2026-11-23T08:30', { zone: ZONE });

const service = (slug: string, name: string, duration_minutes: number): Service => ({
  id: `service-${slug}` as ServiceId,
  slug,
  name,
  duration_minutes,
  buffer_minutes: 0,
  lead_time_minutes: null,
  aliases: [],
  price: null,
});

/** The services of the invented clinic. */
export const CHECK_UP = service('check-up', 'Check-up', 30);
const CLEANING = service('cleaning', 'Cleaning', 45);

const practitioner = (name: string): Practitioner => ({
  id: `practitioner-${name.at(-1) ?? ''}` as PractitionerId,
  name,
  title: 'Dentist',
  services: [CHECK_UP.id, CLEANING.id],
});

/** The dentists of the invented clinic. */
export const DR_A = practitioner('Dr. Invented A');
export const DR_B = practitioner('Dr. Invented B');

/** A clinic that does not exist: open on weekdays from nine to five, and closed on 26 November 2026. */
export function makeClinic(overrides: Partial<ClinicProfile> = {}): ClinicProfile {
  return {
    id: 'clinic-invented' as ClinicId,
    numbers: ['+922135550100'],
    slug: 'invented',
    name: 'Invented Dental',
    time_zone: ZONE,
    language: 'en',
    country: 'PK',
    staff_number: null,
    greeting: null,
    emergency_line: null,
    lead_time_minutes: 60,
    max_days_ahead: 60,
    languages: ['en'],
    recording_line: null,
    redact_transcripts: false,
    sends_messages: false,
    hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '09:00', closes: '17:00' })),
    closures: [{ from: '2026-11-26', to: '2026-11-26', reason: 'Invented Day', opens: null, closes: null }],
    practitioners: [DR_A, DR_B],
    services: [CHECK_UP, CLEANING],
    answers: [{ question: 'Where are you?', answer: 'At 1 Invented Street.', keywords: ['where'] }],
    ...overrides,
  };
}

/** A free half hour at the clinic, such as `freeSlot('2026-11-24T10:00')`; as Postgres writes it, in UTC. */
export function freeSlot(local: string, by: Practitioner = DR_A): FreeSlot {
  const start = DateTime.fromISO(local, { zone: ZONE });
  return {
    practitioner_id: by.id,
    practitioner_name: by.name,
    starts_at: start.toUTC().toISO({ suppressMilliseconds: true }) ?? '',
    ends_at: start.plus({ minutes: 30 }).toUTC().toISO({ suppressMilliseconds: true }) ?? '',
  };
}
