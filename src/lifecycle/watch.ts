import type { Calls } from '../clinic/calls.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import type { Tasks } from '../clinic/tasks.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { startDialling } from '../outbound/start.ts';
import { Rooms } from '../providers/rooms.ts';
import { SipTransfer } from '../providers/sip-transfer.ts';
import { CallProcesses, type LostCall } from './call-processes.ts';
import { CallServer } from './call-server.ts';
import { machineMoved } from './move.ts';
import type { Shift, ShiftOnDuty } from './shift.ts';
import type { MoveSignal } from './signals.ts';
import { Lookout } from './takeover.ts';

/** What takes calls and watches over them. */
export interface Watch {
  readonly server: CallServer;
  readonly processes: CallProcesses;
  /** Starts to look out for calls without an agent, and to make those that are due; the return ends both. */
  begin(duty: ShiftOnDuty): () => Promise<void>;
  /** The platform moves the machine. */
  moved(signal: MoveSignal): void;
}

/** What it is made of. */
export interface WatchDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly shift: Pick<Shift, 'id' | 'ready'>;
  readonly calls: Calls;
  readonly tasks: Tasks;
  readonly clinics: () => Promise<readonly ClinicProfile[]>;
  readonly agentFile: string;
}

/** Makes the call server with its supervision: in this order, for the server's first process is made with it. */
export async function createWatch(deps: WatchDeps): Promise<Watch> {
  const { config, log, shift, calls, agentFile } = deps;
  const early: LostCall[] = [];
  let onLost = (call: LostCall): void => void early.push(call);
  const processes = new CallProcesses({
    log,
    nowMs: () => performance.now(),
    onLost: (call) => onLost(call),
  });
  processes.start();
  const server = new CallServer(config, agentFile, shift.id, log);
  let successorReady = () => false;
  return {
    server,
    processes,
    moved: (signal) =>
      machineMoved(signal, {
        server,
        tell: (message) => processes.tell(message),
        successorReady: () => successorReady(),
        log,
      }),
    begin({ membership, plan }) {
      successorReady = () => membership.successorReady;
      const lookout = new Lookout({
        rooms: new Rooms(config.livekit),
        calls,
        transfer: new SipTransfer(config.livekit, log),
        agentName: config.livekit.agentName,
        by: shift.id,
        log,
        nowMs: () => performance.now(),
        canTakeOver: () => (shift.ready && server.activeCalls < config.maxCalls) || membership.successorReady,
        fleetFresh: () => membership.fresh,
        ownRooms: () => new Set([...server.rooms, ...processes.calls().map(({ room }) => room)]),
      });
      onLost = ({ room, identity }) => void lookout.markLost(room, identity);
      early.splice(0).forEach(onLost);
      lookout.start();
      const endDialling = startDialling({
        config,
        log,
        tasks: deps.tasks,
        clinics: deps.clinics,
        workerId: shift.id,
        ready: () => shift.ready,
        activeCalls: () => server.activeCalls,
        until: plan.closingNoticeAt,
        byHand: plan.source === 'by_hand',
        nowMs: Date.now,
      });
      return async () => {
        processes.close();
        await Promise.all([endDialling(), lookout.stop()]);
      };
    },
  };
}
