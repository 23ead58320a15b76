import type { EventEmitter } from 'node:events';
import type { Logger } from '../log.ts';

/** The signals that end a shift: Cloud Run's stop and a terminal's Ctrl-C. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** One of the signals that end a shift. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Whether a reason to stop is a signal. */
export function isSignal(reason: string): reason is StopSignal {
  return (STOP_SIGNALS as readonly string[]).includes(reason);
}

/** Cloud Run's word that it moves the machine (10 s before), and that it has: the shift goes on. */
const MOVE_SIGNALS = ['SIGTSTP', 'SIGCONT'] as const;
/** One of the signals of a move. */
export type MoveSignal = (typeof MOVE_SIGNALS)[number];

/** What to do about signals. */
export interface SignalHandlers {
  /** The first signal. */
  drain: (signal: StopSignal) => void;
  /** Every further one. */
  force: (signal: StopSignal) => void;
  /** The machine is about to be moved, or has been. Without a listener the first of the two would stop the process. */
  moved: (signal: MoveSignal) => void;
}

/** Signals kept until somebody can act on them: guarded from the first line of the process, so that none is lost during start-up. */
export interface SignalGuard {
  /** Hands over the handlers; a signal that came earlier is delivered at once. */
  handle(handlers: SignalHandlers): void;
  /** Removes every listener. */
  dispose(): void;
}

/** Installs the listeners. `source` is the process; tests pass an emitter of their own. */
export function guardSignals(source: EventEmitter = process, log?: Logger): SignalGuard {
  let handlers: SignalHandlers | undefined;
  const received: StopSignal[] = [];
  const deliver = (signal: StopSignal, index: number) => {
    if (index === 0) handlers?.drain(signal);
    else handlers?.force(signal);
  };
  const listeners = STOP_SIGNALS.map((signal) => {
    const listener = () => {
      received.push(signal);
      log?.info({ signal, count: received.length }, 'signal received');
      deliver(signal, received.length - 1);
    };
    source.on(signal, listener);
    return { signal, listener };
  });
  const moves = MOVE_SIGNALS.map((signal) => {
    const listener = () => handlers?.moved(signal);
    source.on(signal, listener);
    return { signal, listener };
  });
  return {
    handle(given) {
      handlers = given;
      received.forEach(deliver);
    },
    dispose() {
      for (const { signal, listener } of [...listeners, ...moves]) source.off(signal, listener);
    },
  };
}
