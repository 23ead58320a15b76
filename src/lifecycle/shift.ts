import { randomUUID } from 'node:crypto';
import { HOURS_ATTRIBUTE, SHIFT_ATTRIBUTE } from '../clinic/calls.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import type { WorkerId } from '../clinic/ids.ts';
import type { ShiftKey, ShiftSummary, Shifts } from '../clinic/shifts.ts';
import { FLEET, LIFECYCLE, SHIFT } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { ExitCode, OpenhoursError, isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { CLOSING_SOON, type ToCall } from '../providers/call-messages.ts';
import type { CallServer } from './call-server.ts';
import type { ShiftPlan } from './deadline.ts';
import { Membership } from './membership.ts';
import { describeHolders, takeSeat } from './seat.ts';
import { type NoShift, clinicsToServe, planOrWait } from './shift-plan.ts';
import { ShiftRecord } from './shift-record.ts';
import type { StopSignal } from './signals.ts';
import { ShiftLifecycle } from './state.ts';
import { endingOf, leavesTime } from './stop-notice.ts';
import { Notice, type Timekeeper } from './timekeeper.ts';
import { type Wait, realWait, within } from './waits.ts';
import { windDown } from './wind-down.ts';

/** The part of the call server that a shift uses; tests pass their own. */
export type ShiftServer = Pick<
  CallServer,
  'run' | 'registered' | 'registeredAs' | 'drain' | 'close' | 'activeCalls' | 'totalCalls' | 'callAttributes'
>;

/** Why a shift ends. */
export type StopReason = StopSignal | 'closing_time' | 'deadline' | 'relayed' | 'fleet_stop' | 'lease_lost';

/** What a shift has once it has begun. */
export interface ShiftOnDuty {
  readonly key: ShiftKey;
  readonly plan: ShiftPlan;
  readonly membership: Membership;
}

/** What a shift is made of. */
export interface ShiftDeps {
  readonly config: Config;
  readonly log: Logger;
  /** Credentials, schema: rejects with what is wrong. */
  readonly preflight: () => Promise<void>;
  /** The clinics to serve. */
  readonly clinics: () => Promise<ClinicProfile[]>;
  readonly shifts: Pick<Shifts, 'begin' | 'relayNow' | 'beat' | 'move' | 'offerSeats' | 'finish'>;
  /** Loads the framework and makes the server: the slow part of start-up, so it runs beside the checks. */
  readonly createServer: () => Promise<ShiftServer>;
  /** Makes the sentences that must be ready before a call comes. */
  readonly prepareAudio: (clinics: readonly ClinicProfile[]) => Promise<void>;
  /** Called once the seats are taken: the look-out starts, so that it knows who needs help when the first call is taken. Its return stops it. */
  readonly onDuty: (duty: ShiftOnDuty) => () => Promise<void>;
  /** Sends a message to every call. */
  readonly tell: (message: ToCall) => number;
  /** The database answers: brings home what could not be recorded. */
  readonly catchUp: () => Promise<void>;
  readonly nowMs: () => number;
  /** Ms since this process started, by a clock that nobody sets. */
  readonly ageMs: () => number;
  /** A line for whoever started the worker by hand. */
  readonly print: (line: string) => void;
}

/** A shift whose seats are taken. */
interface Seated {
  readonly clinics: readonly ClinicProfile[];
  readonly keeper: Timekeeper;
  readonly duty: ShiftOnDuty;
}

/** … and whose server is registered. */
interface Begun extends Seated {
  /** Resolves when the connection to LiveKit has ended, and rejects when it could not be kept. */
  readonly ended: Promise<void>;
}

/**
 * One shift of one worker: planned, its seats taken, open for calls, wound down, closed. `run` ends with the code the process exits with.
 */
export class Shift {
  readonly id = `worker-${randomUUID().slice(0, 8)}` as WorkerId;
  readonly lifecycle: ShiftLifecycle;
  readonly startedAt: number;
  readonly #deps: ShiftDeps;
  readonly #wait: Wait;
  readonly #record: ShiftRecord;
  /** After a signal: the platform's patience. */
  readonly #notice: Notice;
  #server: ShiftServer | undefined;
  #plan: ShiftPlan | undefined;
  #membership: Membership | undefined;
  #stopReason: StopReason | undefined;
  readonly #halt = new AbortController();
  readonly #stopped: Promise<void>;
  readonly #hurried: Promise<string>;
  #hurry: (reason: string) => void = () => undefined;
  #catchingUp = false;
  #endLookout: () => Promise<void> = async () => undefined;

  constructor(deps: ShiftDeps, wait: Wait = realWait) {
    this.#deps = deps;
    this.#wait = wait;
    this.startedAt = deps.nowMs();
    this.#notice = new Notice(deps.ageMs);
    this.#record = new ShiftRecord({ shifts: deps.shifts, log: deps.log, notice: this.#notice, wait });
    this.lifecycle = new ShiftLifecycle(deps.log);
    this.lifecycle.onMove((to, _, reason) => this.#record.move(to, reason));
    this.#stopped = new Promise((resolve) => {
      this.#halt.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#hurried = new Promise((resolve) => (this.#hurry = resolve));
  }

  /** The server, once start-up has made it. */
  get server(): ShiftServer | undefined {
    return this.#server;
  }

  /** When the shift opens, closes and ends, once that is known. */
  get plan(): ShiftPlan | undefined {
    return this.#plan;
  }

  /** What the shift has done, once it is over. */
  get summary(): ShiftSummary | undefined {
    return this.#record.summary;
  }

  /** True while calls are taken. */
  get ready(): boolean {
    return this.lifecycle.state === 'open' && this.#server?.registeredAs !== undefined;
  }

  /** Asks the shift to end. A signal leaves what the platform gives; if that is little, it also hurries an end in peace that is under way. */
  stop(reason: StopReason): void {
    this.#stopReason ??= reason;
    if (!leavesTime(reason, this.#deps.config.stopNoticeMs, this.#notice.leftMs)) {
      this.#notice.endIn(LIFECYCLE.stopNoticeMs);
      this.#hurry(reason);
    }
    this.#halt.abort();
  }

  /**
   * Works the shift.
   * @returns The process's exit code: 0 when the shift ended as it should, also when there was none to work.
   * @throws OpenhoursError for what stopped it, with `kind.exit` as the code.
   */
  async run(): Promise<ExitCode> {
    try {
      await this.#work();
      return ExitCode.ok;
    } catch (error) {
      this.#halt.abort(); // whoever still waits for opening, or for a seat
      const reason = isOpenhoursError(error) ? error.code : 'a bug';
      this.lifecycle.move('failed', reason);
      await this.#record.finish('failed', this.#stopReason ?? reason);
      throw error;
    } finally {
      await this.#atMost(FLEET.answerMs, this.#endLookout, 'the look-out could not be ended');
      await this.#leaveFleet();
    }
  }

  async #work(): Promise<void> {
    const starting = this.#start();
    starting.catch(() => undefined); // also when nobody waits any more, below
    const begun = await Promise.race([starting, this.#stopped.then(() => undefined)]);
    if (begun === undefined) return await this.#stopEarly(starting);
    if ('closed' in begun) {
      this.#deps.log.info({ why: begun.closed }, 'no shift to work');
      this.#deps.print(begun.closed);
      return this.lifecycle.move('closed', begun.closed);
    }
    this.lifecycle.move('open', 'registered with LiveKit');
    const over = new AbortController();
    void this.#tickOn(begun.keeper, over.signal);
    try {
      await Promise.race([begun.ended, this.#stopped]);
      await this.#end(begun);
    } finally {
      over.abort();
    }
  }

  /** @returns Undefined when told to stop meanwhile. */
  async #start(): Promise<Begun | NoShift | undefined> {
    const checks = this.#deps.preflight();
    const creating = this.#deps.createServer();
    // Noticed also while the worker stands by, which may take hours.
    const broken = Promise.all([checks, creating]).then(() => new Promise<never>(() => undefined));
    const seated = await Promise.race([this.#takeSeats(checks), broken]);
    if (seated === undefined || 'closed' in seated) return seated;
    const server = await creating;
    if (this.#halt.signal.aborted) return undefined;
    this.#server = server;
    // Before LiveKit knows of us: a call can come with the registration.
    const { key, plan } = seated.duty;
    Object.assign(server.callAttributes, { [SHIFT_ATTRIBUTE]: key.id, [HOURS_ATTRIBUTE]: plan.source });
    const ended = server.run().catch((cause: unknown) => {
      throw new OpenhoursError('SERVICE_UNREACHABLE', 'LiveKit could not be reached: check LIVEKIT_URL', {
        cause,
      });
    });
    ended.catch(() => undefined);
    this.#endLookout = this.#deps.onDuty(seated.duty);
    await Promise.race([Promise.all([server.registered(), checks]), ended]);
    // Not waited for: a greeting that is not ready in time is made live.
    void this.#deps
      .prepareAudio(seated.clinics)
      .catch((error: unknown) => this.#deps.log.warn({ error }, 'audio could not be prepared'));
    return { ...seated, ended };
  }

  async #takeSeats(checks: Promise<void>): Promise<Seated | NoShift | undefined> {
    const { shifts, config, log, nowMs } = this.#deps;
    const clinics = await clinicsToServe(this.#deps, checks);
    const wait = (ms: number) => this.#pause(ms);
    const keeper = await planOrWait(this.#deps, clinics, { standBy: (why) => this.#standBy(why), wait });
    if (keeper === undefined || 'closed' in keeper) return keeper;
    if (this.#halt.signal.aborted) return undefined;
    const { plan } = keeper;
    this.#plan = plan;
    const membership = this.#join();
    this.#membership = membership;
    const seat = await takeSeat({
      shifts,
      worker: { workerId: this.id, agentName: config.livekit.agentName, execution: config.execution },
      clinics: clinics.map(({ id }) => id),
      plan,
      patient: config.seatWait,
      inTurn: config.taskTimeoutMs !== undefined && plan.source === 'hours',
      log,
      nowMs,
      ageMs: this.#deps.ageMs,
      standBy: (why) => {
        this.#standBy(why);
        membership.start();
      },
      wait,
      limit: this.#wait,
    });
    if (seat === undefined) return undefined;
    if (!seat.granted) return { closed: describeHolders(seat) };
    const key = { id: seat.shift_id, fencing: seat.fencing };
    this.#record.begin(key);
    membership.start();
    return { clinics, keeper, duty: { key, plan, membership } };
  }

  #join(): Membership {
    const { config, log, shifts, ageMs } = this.#deps;
    let lost = false;
    return new Membership({
      shifts,
      self: {
        workerId: this.id,
        agentName: config.livekit.agentName,
        execution: config.execution,
        url: config.publicUrl,
        maxCalls: config.maxCalls,
        state: () => this.lifecycle.state,
        activeCalls: () => this.#server?.activeCalls ?? 0,
        shift: () => this.#record.key,
      },
      orders: {
        stop: () => this.stop('fleet_stop'),
        relayed: () => this.stop('relayed'),
        leaseLost: () => {
          if (!lost)
            log.error({ endsAt: this.#plan?.endsAt }, 'the lease is lost: another worker has the shift');
          lost = true;
          this.stop('lease_lost');
        },
        answered: () => void this.#catchUp(),
      },
      log,
      ageMs,
      wait: this.#wait,
    });
  }

  /** The database answers with every sign of life: one at a time. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      await this.#deps.catchUp();
    } catch (error) {
      this.#deps.log.warn({ error }, 'what could not be recorded still cannot be');
    } finally {
      this.#catchingUp = false;
    }
  }

  async #tickOn(keeper: Timekeeper, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const reason = keeper.due();
      if (reason !== undefined) this.stop(reason);
      const inMs = keeper.closingIn();
      if (inMs !== undefined) this.#deps.tell({ case: CLOSING_SOON, inMs });
      await this.#wait(SHIFT.tickMs, over).catch(() => undefined);
    }
  }

  /** A stop that came before the worker was open: it takes no call, and leaves no process behind. */
  async #stopEarly(starting: Promise<unknown>): Promise<void> {
    this.lifecycle.move('draining', `stopped while starting: ${this.#stopReason ?? ''}`);
    // The framework cannot be closed while it starts: it would stay registered and reject every call.
    await within(
      starting.catch(() => undefined),
      LIFECYCLE.stopNoticeMs / 2,
      this.#wait,
    );
    await this.#close();
  }

  async #end({ keeper, duty: { plan, membership } }: Seated): Promise<void> {
    const reason = this.#stopReason ?? 'LiveKit ended the connection';
    const ending = endingOf(this.#stopReason, plan, keeper.now(), this.#deps.config.stopNoticeMs);
    this.#notice.endIn(
      Math.max(LIFECYCLE.stopNoticeMs, ending === undefined ? 0 : ending.endsAt - keeper.now()),
    );
    this.lifecycle.move('draining', reason);
    if (ending !== undefined && ending !== plan) this.#record.offerSeats();
    void membership.beat(); // the fleet should know at once
    const { tell, log } = this.#deps;
    if (this.#server !== undefined) {
      await windDown(
        {
          server: this.#server,
          tell,
          successorReady: () => membership.successorReady,
          nowMs: () => keeper.now(),
          wait: this.#wait,
          log,
        },
        {
          reason: ledgerReason(reason),
          plan: ending,
          hurry: this.#hurried.then(ledgerReason),
        },
      );
    }
    await this.#close();
  }

  async #close(): Promise<void> {
    // While LiveKit is unreachable, close() waits out the pause between retries: the exit does not.
    const close = async () => this.#server?.close();
    await this.#atMost(LIFECYCLE.closeMs, close, 'the connection could not be closed');
    await this.#record.finish('closed', this.#stopReason ?? 'closed');
    this.lifecycle.move('closed', 'no call is left');
  }

  async #leaveFleet(): Promise<void> {
    const leave = async () => this.#membership?.leave();
    await this.#atMost(FLEET.answerMs / 2, leave, 'the fleet could not be left');
  }

  /** A step of the end: what fails or takes too long does not keep the process. */
  async #atMost(ms: number, step: () => Promise<unknown>, failure: string): Promise<void> {
    const done = step().catch((error: unknown) => this.#deps.log.warn({ error }, failure));
    await within(done, this.#notice.limit(ms), this.#wait);
  }

  #standBy(why: string): void {
    if (this.lifecycle.state === 'starting') this.lifecycle.move('standby', why);
    this.#deps.print(`standing by: ${why}`);
  }

  /** Waits; false when told to stop meanwhile. */
  async #pause(ms: number): Promise<boolean> {
    await within(this.#stopped, ms, this.#wait);
    return !this.#halt.signal.aborted;
  }
}

/** The word that stands with the calls that had to end. */
function ledgerReason(reason: string): string {
  return ['closing_time', 'deadline', 'relayed'].includes(reason) ? reason : 'worker_stopped';
}
