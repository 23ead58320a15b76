import { LIFECYCLE } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import { type ToCall, WRAP_UP } from '../providers/call-messages.ts';
import type { CallServer } from './call-server.ts';
import type { MoveSignal } from './signals.ts';

/** What a move of the machine concerns. */
export interface MoveDeps {
  readonly server: Pick<CallServer, 'hold' | 'activeCalls'>;
  /** Sends a message to every call. */
  readonly tell: (message: ToCall) => number;
  /** Another worker is open and has room. */
  readonly successorReady: () => boolean;
  readonly log: Logger;
}

/**
 * What is done about a platform that moves the machine: it says so 10 s before (SIGTSTP), stands still for a time that nobody knows, and says
 * when it is over (SIGCONT). Where another worker has room the calls go there, and no new one comes here until it is over. A worker that is
 * alone goes on: a pause is better for its callers than a call that ends.
 */
export function machineMoved(signal: MoveSignal, { server, tell, successorReady, log }: MoveDeps): void {
  const calls = server.activeCalls;
  if (signal === 'SIGCONT') {
    log.info({ signal, calls }, 'the machine has been moved');
    return server.hold(0);
  }
  if (!successorReady()) {
    return log.warn(
      { signal, calls },
      'the platform moves this machine: calls may pause, for no other worker has room',
    );
  }
  server.hold(LIFECYCLE.moveMs);
  const withinMs = LIFECYCLE.stopNoticeMs - LIFECYCLE.exitMs - LIFECYCLE.leaveMs;
  const told = tell({ case: WRAP_UP, reason: 'worker_moved', withinMs, handover: true });
  log.warn({ signal, calls, told }, 'the platform moves this machine: the calls are handed over');
}
