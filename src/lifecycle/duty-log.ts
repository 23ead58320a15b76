import { DUTY } from '../config/desk-defaults.ts';
import type { Logger } from '../log.ts';
import type { ShiftState, StateListener } from './state.ts';

/** What is said of a worker that is on duty. */
export interface DutyDeps {
  readonly lifecycle: { readonly state: ShiftState; onMove(listener: StateListener): void };
  /** Registered with LiveKit and taking calls. */
  readonly ready: () => boolean;
  readonly activeCalls: () => number;
  readonly maxCalls: number;
  /** Closing time in ms since the epoch; undefined while there is no plan. */
  readonly closesAt: () => number | undefined;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Writes `on duty` every {@link DUTY.everyMs} while a worker stands by or is open, and `off duty` when it stops, with whether that is before
 * closing time. Whoever watches from outside cannot know a clinic's hours: by these two lines a worker that goes home and one that is gone are
 * told apart.
 * @returns Ends it.
 */
export function logDuty(deps: DutyDeps): () => void {
  const { lifecycle, log } = deps;
  let timer: NodeJS.Timeout | undefined;
  const sign = () =>
    log.info(
      {
        state: lifecycle.state,
        // While it stands by there is nothing to be ready for.
        ready: lifecycle.state === 'standby' || deps.ready(),
        activeCalls: deps.activeCalls(),
        maxCalls: deps.maxCalls,
      },
      'on duty',
    );
  const end = () => {
    clearInterval(timer);
    timer = undefined;
  };
  lifecycle.onMove((to, from, reason) => {
    if (to === 'standby' || to === 'open') {
      sign();
      timer ??= setInterval(sign, DUTY.everyMs).unref();
    } else if (timer !== undefined) {
      end();
      const closesAt = deps.closesAt();
      // Whoever only stood by does not end the day: another may have the shift, and nobody may.
      const early = from !== 'open' || closesAt === undefined || deps.nowMs() < closesAt;
      log.info({ reason, early }, 'off duty');
    }
  });
  return end;
}
