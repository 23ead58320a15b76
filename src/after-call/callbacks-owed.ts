import type { ClinicProfile } from '../clinic/clinics.ts';
import { openSpans } from '../clinic/hours.ts';
import type { Tasks } from '../clinic/tasks.ts';
import { DUTY } from '../config/desk-defaults.ts';
import type { Logger } from '../log.ts';

/** What the count needs. */
export interface CallbacksOwedDeps {
  readonly tasks: Pick<Tasks, 'owedCallbacks'>;
  readonly clinics: () => Promise<readonly ClinicProfile[]>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Writes how many callbacks are owed, and for how long the oldest has been, in minutes of the clinic's open time: nobody is called back at
 * night. Where none is owed nothing is written.
 * @returns False: there is nothing more to do.
 * @throws OpenhoursError of the database.
 */
export async function logCallbacksOwed({ tasks, clinics, log, nowMs }: CallbacksOwedDeps): Promise<boolean> {
  const served = new Map((await clinics()).map((clinic) => [clinic.id, clinic]));
  const owed = await tasks.owedCallbacks([...served.keys()], DUTY.owedRows);
  if (owed.length === 0) return false;
  const now = nowMs();
  const minutes = owed.map(({ clinicId, sinceMs }) => openMinutes(served.get(clinicId), sinceMs, now));
  log.info({ owed: owed.length, longestMinutes: Math.max(...minutes) }, 'callbacks owed');
  return false;
}

function openMinutes(clinic: ClinicProfile | undefined, fromMs: number, toMs: number): number {
  if (clinic === undefined || fromMs >= toMs) return 0;
  const spans = openSpans(clinic, fromMs, toMs);
  const ms = spans.reduce(
    (sum, { opensAt, closesAt }) => sum + Math.min(closesAt, toMs) - Math.max(opensAt, fromMs),
    0,
  );
  return Math.floor(ms / 60_000);
}
