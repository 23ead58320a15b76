import type { Closure, HoursSpan } from './clinics.ts';
import { type Database, callFunction } from './database.ts';
import type { ClinicId } from './ids.ts';

/** A service as it is set up, known by its slug. */
export interface ServiceEntry {
  slug: string;
  name: string;
  duration_minutes: number;
  price: number | null;
  aliases: string[];
  /** Kept free after each appointment. */
  buffer_minutes: number;
  /** Instead of the clinic's; null for that one. */
  lead_time_minutes: number | null;
}

/** A practitioner as set up, known by name; `services` are slugs. */
export interface PractitionerEntry {
  name: string;
  title: string | null;
  services: string[];
  /** The name until now, of somebody who is renamed and keeps their appointments. */
  formerly?: string;
}

/** An answer as set up, known by its question. */
export interface AnswerEntry {
  question: string;
  answer: string;
  keywords: string[];
}

/** The clinic's own fields, in the order in which a file has them. */
export interface ClinicFields {
  slug: string;
  name: string;
  time_zone: string;
  country: string;
  language: string;
  languages: string[];
  agent_name: string;
  staff_number: string | null;
  sms_from: string | null;
  greeting: string | null;
  emergency_line: string | null;
  recording_line: string | null;
  lead_time_minutes: number;
  slot_step_minutes: number;
  max_days_ahead: number;
  max_workers: number;
  retain_transcripts_days: number | null;
  redact_transcripts: boolean;
}

/** Everything that is set up for a clinic: the document of the SQL functions `clinic_document` and `apply_clinic`. Numbers are E.164. */
export interface ClinicDocument extends ClinicFields {
  numbers: string[];
  hours: HoursSpan[];
  closures: (Omit<Closure, 'reason'> & { reason: string | null })[];
  services: ServiceEntry[];
  practitioners: PractitionerEntry[];
  answers: AnswerEntry[];
}

/** How many rows of a section were touched. */
export interface SectionCounts {
  added: number;
  changed: number;
  removed: number;
  /** Instead of removed: something points to them. */
  deactivated: number;
}

/** What `apply_clinic` did. */
export interface ApplyResult {
  clinic_id: ClinicId;
  created: boolean;
  changed: boolean;
  counts: Record<
    'clinic' | 'numbers' | 'hours' | 'closures' | 'services' | 'practitioners' | 'answers',
    SectionCounts
  >;
  /** Who was deactivated, with how many appointments to come. */
  deactivated: { kind: 'service' | 'practitioner'; name: string; upcoming: number }[];
}

/**
 * What is set up for the clinic with this slug; null when there is none.
 * @throws OpenhoursError as `callFunction` does.
 */
export function findClinicDocument(db: Database, slug: string): Promise<ClinicDocument | null> {
  return callFunction<ClinicDocument | null>(db, 'clinic_document', { p_slug: slug });
}

/**
 * Makes the clinic what the document says, in one transaction; a second time nothing changes.
 * @throws OpenhoursError CLINIC_FILE_INVALID when a number belongs to another clinic; else as `callFunction` does.
 */
export function applyClinicDocument(db: Database, document: ClinicDocument): Promise<ApplyResult> {
  return callFunction<ApplyResult>(db, 'apply_clinic', { p_clinic: document });
}
