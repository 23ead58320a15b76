import { type Database, callFunction } from './database.ts';
import type { ClinicId, PractitionerId, ServiceId } from './ids.ts';

/** One span of opening hours on a weekday (ISO: 1 is Monday). Times are `HH:MM` in the clinic's zone. */
export interface HoursSpan {
  weekday: number;
  opens: string;
  closes: string;
}

/** Days on which the weekly hours do not hold. With `opens` and `closes` a special day, without them closed. Dates are ISO, inclusive. */
export interface Closure {
  from: string;
  to: string;
  reason: string;
  opens: string | null;
  closes: string | null;
}

export interface Service {
  id: ServiceId;
  slug: string;
  name: string;
  duration_minutes: number;
  /** Kept free after each appointment. */
  buffer_minutes: number;
  /** Null: the clinic's. */
  lead_time_minutes: number | null;
  aliases: string[];
  price: number | null;
}

export interface Practitioner {
  id: PractitionerId;
  name: string;
  title: string | null;
  services: ServiceId[];
}

export interface Answer {
  question: string;
  answer: string;
  keywords: string[];
}

/** Everything about a clinic that a call needs, read in one round trip. */
export interface ClinicProfile {
  id: ClinicId;
  slug: string;
  /** The numbers callers dial, E.164. */
  numbers: string[];
  name: string;
  time_zone: string;
  language: string;
  /** ISO 3166-1 alpha-2: how callers' local numbers are read. */
  country: string;
  staff_number: string | null;
  greeting: string | null;
  emergency_line: string | null;
  lead_time_minutes: number;
  max_days_ahead: number;
  /** Languages the clinic offers, the first one first. */
  languages: string[];
  /** Said after the greeting, where the law asks for it. */
  recording_line: string | null;
  /** Personal data is taken out of what was said before it is stored. */
  redact_transcripts: boolean;
  /** Whether text messages can be sent in its name. */
  sends_messages: boolean;
  hours: HoursSpan[];
  closures: Closure[];
  practitioners: Practitioner[];
  services: Service[];
  answers: Answer[];
}

/** The clinics that calls for this agent name may be for; one only if `slug` is given. */
export function findClinics(db: Database, agentName: string, slug?: string): Promise<ClinicProfile[]> {
  return callFunction<ClinicProfile[]>(db, 'clinic_profiles', {
    p_agent_name: agentName,
    p_slug: slug ?? null,
  });
}
