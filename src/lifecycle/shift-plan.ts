import { type CalendarProblem, calendarProblems } from '../clinic/calendar-problems.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import { SHIFT } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { type ShiftPlan, planShift } from './deadline.ts';
import type { ShiftDeps } from './shift.ts';
import { Timekeeper } from './timekeeper.ts';

/**
 * The clinics this worker serves. What is wrong with a calendar is said, and such a clinic is not worked by its hours.
 * @throws OpenhoursError CLINIC_UNKNOWN when there is none, CALENDAR_INVALID when none has hours that can be worked.
 */
export async function clinicsToServe(
  { config, log, clinics }: Pick<ShiftDeps, 'config' | 'log' | 'clinics'>,
  checks: Promise<void>,
): Promise<ClinicProfile[]> {
  // The checks try a database that does not answer again, and know better what is wrong with it.
  const found = await clinics().catch(async () => {
    await checks;
    return await clinics();
  });
  if (found.length === 0) {
    const which = config.clinic === undefined ? '' : ` and the slug ${config.clinic}`;
    throw new OpenhoursError(
      'CLINIC_UNKNOWN',
      `no clinic has the agent name ${config.livekit.agentName}${which}: check LIVEKIT_AGENT_NAME and CLINIC`,
    );
  }
  const problems = found.map((clinic) => calendarProblems(clinic));
  for (const { problem, remedy } of problems.flat()) log.warn({ problem, remedy }, 'a calendar is wrong');
  if (config.shift.forMs !== undefined || config.shift.until !== undefined) return found;
  if (problems.every((of) => of.length > 0)) throw noHours(problems.flat());
  return found.filter((_, index) => problems[index]?.length === 0);
}

function noHours(problems: readonly CalendarProblem[]): OpenhoursError {
  const lines = problems.map(({ problem, remedy }) => `  ${problem}: ${remedy}`);
  return new OpenhoursError('CALENDAR_INVALID', `no clinic has hours to work:\n${lines.join('\n')}`);
}

/** No shift to work, and why, for whoever started the worker. */
export interface NoShift {
  readonly closed: string;
}

/** How one waits for opening time. */
export interface Standby {
  readonly standBy: (why: string) => void;
  /** Waits; resolves to false when the worker was told to stop meanwhile. */
  readonly wait: (ms: number) => Promise<boolean>;
}

/**
 * The shift to work, with its clock. Outside hours there is none, unless the worker was started early: then an opening that is near enough is waited for.
 * @returns Undefined when the worker was told to stop.
 * @throws OpenhoursError CONFIG_INVALID, as `planShift` does.
 */
export async function planOrWait(
  { config, log, nowMs, ageMs }: Pick<ShiftDeps, 'config' | 'log' | 'nowMs' | 'ageMs'>,
  clinics: readonly ClinicProfile[],
  { standBy, wait }: Standby,
): Promise<Timekeeper | NoShift | undefined> {
  let standing = false;
  for (;;) {
    const now = nowMs();
    const processStartedMs = now - ageMs();
    const plan = planShift({
      nowMs: now,
      processStartedMs,
      calendars: clinics,
      wish: config.shift,
      taskTimeoutMs: config.taskTimeoutMs,
    });
    if (plan.open) {
      log.info(planFields(plan), 'shift planned');
      return new Timekeeper(plan, { nowMs, ageMs }, processStartedMs);
    }
    if (plan.opensAt === undefined) return { closed: 'closed, and no opening is in sight' };
    const opens = new Date(plan.opensAt).toISOString();
    const { early, earlyWithinMs = Number.POSITIVE_INFINITY } = config.shift;
    // On a closed day a schedule starts us all the same: tomorrow's start is somebody else's.
    const leave = !early || (!standing && plan.opensAt - now > earlyWithinMs);
    if (leave) return { closed: `closed now; opens at ${opens}` };
    if (!standing) standBy(`waiting for opening at ${opens}`);
    standing = true;
    if (!(await wait(SHIFT.tickMs))) return undefined;
  }
}

/** A plan with its instants as ISO 8601, for logs and `/hello`. */
export function planFields(plan: ShiftPlan): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(plan).map(([name, value]) => [
      name,
      typeof value === 'number' ? new Date(value).toISOString() : value,
    ]),
  );
}
