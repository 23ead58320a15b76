import { type Database, callFunction } from './database.ts';
import type { ClinicId, PatientId } from './ids.ts';

/** A patient as the operator sees one before anything is done. */
export interface FoundPatient {
  patient_id: PatientId;
  full_name: string;
  /** ISO date. */
  date_of_birth: string | null;
  /** Since when nothing of the person is in the row. */
  erased_at: string | null;
}

/** Who is looked for: one by id, or all of a name and date of birth. */
export type PatientQuery = { readonly id: string } | { readonly name: string; readonly born: string };

/** The patients of a clinic that are meant; undefined when there is no such clinic. For the operator's commands: no call has a way to it. */
export async function searchPatients(
  db: Database,
  clinicSlug: string,
  query: PatientQuery,
): Promise<{ clinic_id: ClinicId; patients: FoundPatient[] } | undefined> {
  const found = await callFunction<{ clinic_id: ClinicId; patients: FoundPatient[] } | null>(
    db,
    'find_patients',
    'id' in query
      ? { p_clinic_slug: clinicSlug, p_patient_id: query.id }
      : { p_clinic_slug: clinicSlug, p_name: query.name, p_born: query.born },
  );
  return found ?? undefined;
}
