import { type Database, callFunction } from './database.ts';
import type { ClinicId, PatientId } from './ids.ts';

/** Everything held of one patient, section by section, as the rows have it. */
export interface PatientExport {
  patient: Record<string, unknown>;
  appointments: Record<string, unknown>[];
  waiting_list: Record<string, unknown>[];
  tasks: Record<string, unknown>[];
  messages: Record<string, unknown>[];
  /** With `turns`, `tool_runs` and `claims`; or with `withheld`, the reason why the words are not in it. */
  calls: Record<string, unknown>[];
  access_log: Record<string, unknown>[];
}

/** Rows changed per table when a person was taken out. */
export interface ErasureCounts {
  /** 0 when it had been done before. */
  patients: number;
  calls: number;
  call_turns: number;
  tool_runs: number;
  call_claims: number;
  appointments: number;
  waiting_list: number;
  tasks: number;
  outbox: number;
  /** What others' calls said of the person, by table. */
  mentions: Record<string, number>;
}

/** Rows changed per table when what had been kept long enough was deleted. */
export interface PurgeCounts {
  calls: number;
  call_turns: number;
  tool_runs: number;
  call_claims: number;
  tasks: number;
  outbox: number;
}

/** What is kept of people, and its end. The operator's alone: no call has a way to it. */
export class Privacy {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Everything held of a patient. The words of a call in which other patients were served too are withheld.
   * @throws OpenhoursError INPUT_INVALID when the clinic has no such patient.
   */
  exportPatient(clinicId: ClinicId, patientId: PatientId): Promise<PatientExport> {
    return callFunction<PatientExport>(this.#db, 'export_patient', {
      p_clinic_id: clinicId,
      p_patient_id: patientId,
    });
  }

  /**
   * Takes a person out of the data and cancels their appointments to come; rows and figures stay. A second time changes nothing.
   * @throws OpenhoursError INPUT_INVALID when the clinic has no such patient, STATE_INVALID while they are on the line.
   */
  erasePatient(clinicId: ClinicId, patientId: PatientId): Promise<ErasureCounts> {
    return callFunction<ErasureCounts>(this.#db, 'erase_patient', {
      p_clinic_id: clinicId,
      p_patient_id: patientId,
    });
  }

  /** Deletes what was said in calls that are older than their clinic keeps it, all of it; `now` is the present unless given. */
  async purgeExpired(now: Date = new Date()): Promise<PurgeCounts> {
    const total: PurgeCounts = {
      calls: 0,
      call_turns: 0,
      tool_runs: 0,
      call_claims: 0,
      tasks: 0,
      outbox: 0,
    };
    for (;;) {
      const { more, ...counts } = await callFunction<PurgeCounts & { more: boolean }>(
        this.#db,
        'purge_expired',
        { p_now: now.toISOString() },
      );
      for (const table of Object.keys(total) as (keyof PurgeCounts)[]) total[table] += counts[table];
      if (!more) return total;
    }
  }
}
