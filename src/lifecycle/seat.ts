import type { BegunShift, RefusedShift, SeatHolder, ShiftWorker, Shifts } from '../clinic/shifts.ts';
import type { ClinicId } from '../clinic/ids.ts';
import { FLEET, SHIFT } from '../config/defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ShiftPlan } from './deadline.ts';
import { type Wait, within } from './waits.ts';

/** What taking a seat needs. */
export interface SeatDeps {
  readonly shifts: Pick<Shifts, 'begin' | 'relayNow'>;
  readonly worker: ShiftWorker;
  readonly clinics: readonly ClinicId[];
  readonly plan: ShiftPlan;
  /** Stand by for a seat also while its holder lives and means to stay. */
  readonly patient: boolean;
  /** The platform ends its workers, so that several work the shift in turn: one that would leave before this one could is relayed now. */
  readonly inTurn: boolean;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** A clock that nobody sets. */
  readonly ageMs: () => number;
  /** Called when there is something to wait for, once. */
  readonly standBy: (why: string) => void;
  /** Waits; resolves to false when the worker was told to stop meanwhile. */
  readonly wait: (ms: number) => Promise<boolean>;
  /** Limits an answer while standing by. */
  readonly limit: Wait;
}

/**
 * Takes the shift's seats. A seat whose holder has vanished is waited for, and so is one that is about to be relayed, as long as there is
 * something left to work; a seat that somebody works on is left to them, unless one is patient.
 *
 * A schedule starts those who relay at times that were reckoned beforehand. A holder that was started again after a crash, late, or by hand is
 * to be relayed later than that, when nobody comes. So whoever comes and would stay longer does not leave, but relays it at once: there is
 * always somebody who lasts until the next start.
 * @returns The shift; or who holds it; or undefined when the worker was told to stop.
 * @throws OpenhoursError of the database; while standing by, only what a later try does not mend.
 */
export async function takeSeat(deps: SeatDeps): Promise<BegunShift | RefusedShift | undefined> {
  let refused: RefusedShift | undefined;
  let failing = false;
  let standing = false;
  const askedFirstAt = deps.ageMs();
  const relayed = new Set<string>();
  for (;;) {
    const answer = await ask(deps, refused, failing);
    failing = answer === refused;
    if (answer.granted) return answer;
    const why = reasonToWait(answer, deps);
    // An answer of before says nothing about now.
    const unsure = why === undefined && (failing || mayBeDead(answer, deps.ageMs() - askedFirstAt));
    if (deps.nowMs() >= deps.plan.stopTakingAt) return answer;
    if (why === undefined && !unsure) {
      const holder = leavesBeforeUs(answer, deps);
      if (holder === undefined || relayed.has(holder.worker_id)) return answer;
      relayed.add(holder.worker_id);
      deps.log.info({ holder }, 'the shift is relayed now: its holder would leave before this worker');
      await deps.shifts.relayNow(holder.worker_id);
      refused = answer;
      continue;
    }
    if (refused === undefined && unsure)
      deps.log.info({ holders: answer.holders }, 'the shift has a holder: waiting for its sign of life');
    if (!standing && why !== undefined) {
      standing = true;
      deps.standBy(why);
    }
    refused = answer;
    if (!(await deps.wait(FLEET.askAgainMs))) return undefined;
  }
}

/** Whoever stands by outlasts a database that is gone for a while: the answer is then still the last one. */
async function ask(
  { shifts, worker, clinics, plan, log, limit }: SeatDeps,
  last: RefusedShift | undefined,
  failing: boolean,
): Promise<BegunShift | RefusedShift> {
  const asked = shifts.begin(worker, clinics, plan);
  if (last === undefined) return await asked;
  try {
    // Asked again it gives what it gave to an answer that we did not wait for.
    const answer = await within(asked, FLEET.answerMs, limit);
    if (answer !== undefined) return answer;
    if (!failing) log.warn('the seats were asked for, and no answer came in time');
  } catch (error) {
    if (!isOpenhoursError(error) || !error.kind.retryable) throw error;
    if (!failing) log.warn({ error }, 'the seats could not be asked for');
  }
  return last;
}

/**
 * Whether a holder has given no sign of life since we first asked. A platform starts a worker that crashed again within a second or two: it
 * must not take its own predecessor for somebody at work, and leave.
 */
function mayBeDead({ holders }: RefusedShift, askedForMs: number): boolean {
  return holders.some(({ age_ms }) => age_ms === null || age_ms >= askedForMs);
}

function reasonToWait(
  answer: RefusedShift,
  { nowMs, patient }: Pick<SeatDeps, 'nowMs' | 'patient'>,
): string | undefined {
  const { wait_until, holders } = answer;
  if (wait_until !== null && Date.parse(wait_until) - nowMs() < 2 * SHIFT.relayLeadMs) {
    return `the shift is relayed at ${wait_until}`;
  }
  const vanished = holders.find(({ age_ms }) => age_ms === null || age_ms > FLEET.vanishedMs);
  if (vanished !== undefined) return `${vanished.worker_id} holds the shift, and gives no sign of life`;
  return patient ? describeHolders(answer) : undefined;
}

/**
 * The holder that is relayed first, if this worker would be relayed later than it. Workers that were started as good as together would be as
 * well: the second one leaves.
 */
function leavesBeforeUs(
  { holders }: RefusedShift,
  { inTurn, plan }: Pick<SeatDeps, 'inTurn' | 'plan'>,
): SeatHolder | undefined {
  if (!inTurn) return undefined;
  const relayAtOf = ({ relay_at }: SeatHolder) => (relay_at === null ? Infinity : Date.parse(relay_at));
  const first = holders.toSorted((one, other) => relayAtOf(one) - relayAtOf(other))[0];
  if (first === undefined || relayAtOf(first) + SHIFT.relayOverlapMs >= (plan.relayAt ?? Infinity))
    return undefined;
  return first;
}

/** Who holds the shift, in a sentence for the log and the terminal. */
export function describeHolders({ holders }: RefusedShift): string {
  const seats = holders.map(
    ({ clinic, worker_id, execution, since }) =>
      `${clinic} by ${worker_id}${execution === null ? '' : ` (${execution})`} since ${since}`,
  );
  return `the shift is being worked: ${seats.join(', ')}`;
}
