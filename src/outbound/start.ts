import type { ClinicProfile } from '../clinic/clinics.ts';
import { isOpen } from '../clinic/hours.ts';
import type { ClinicId } from '../clinic/ids.ts';
import type { Tasks } from '../clinic/tasks.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { Rooms } from '../providers/rooms.ts';
import { SipDialler } from '../providers/sip-dial.ts';
import { Dialler } from './dialler.ts';

/** What a worker's dialler needs to know of its worker. */
export interface DiallerOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly tasks: Tasks;
  readonly workerId: string;
  /** The shift is open and registered with LiveKit. */
  readonly ready: () => boolean;
  readonly activeCalls: () => number;
  /** No call is made from this instant on: it would have to be cut short. */
  readonly until: number;
  /** The shift does not follow the clinics' hours. */
  readonly byHand: boolean;
  /** The clinics of the worker. */
  readonly clinics: () => Promise<readonly ClinicProfile[]>;
  readonly nowMs: () => number;
}

/** Starts to make calls where there is an outbound trunk; the return ends it, and a call that still rings. */
export function startDialling(options: DiallerOptions): () => Promise<void> {
  const { config, log, workerId } = options;
  if (config.outboundTrunkId === undefined) return async () => undefined;
  const dialler = new Dialler({
    tasks: options.tasks,
    rooms: new Rooms(config.livekit),
    sip: new SipDialler(config.livekit, config.outboundTrunkId, log),
    agentName: config.livekit.agentName,
    workerId,
    mayDial: () => mayDial(options),
    clinics: openClinics(options),
    log,
    nowMs: () => performance.now(),
  });
  dialler.start();
  return () => dialler.stop();
}

/** Whether there is room for a call of ours: the shift is open for a while yet, and a caller would still find a free place. */
export function mayDial(
  options: Pick<DiallerOptions, 'config' | 'ready' | 'activeCalls' | 'until' | 'nowMs'>,
): boolean {
  const { config, ready, activeCalls, until, nowMs } = options;
  return ready() && nowMs() < until && activeCalls() + DIALLING.keptFree < config.maxCalls;
}

/** The clinics that are open now, from profiles that are a minute old at most. */
export function openClinics({
  clinics,
  byHand,
  nowMs,
}: Pick<DiallerOptions, 'clinics' | 'byHand' | 'nowMs'>): () => Promise<ClinicId[]> {
  let known: readonly ClinicProfile[] = [];
  let readAt = -Infinity;
  return async () => {
    if (nowMs() - readAt >= DIALLING.clinicsMs) {
      known = await clinics();
      readAt = nowMs();
    }
    return known.filter((clinic) => byHand || isOpen(clinic, nowMs())).map(({ id }) => id);
  };
}
