import { randomUUID } from 'node:crypto';
import { setTimeout as timer } from 'node:timers/promises';
import type { ClinicProfile } from '../clinic/clinics.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { ExitCode, OpenhoursError, isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { CallServer } from './call-server.ts';
import type { StopSignal } from './signals.ts';
import { ShiftLifecycle } from './state.ts';

/** The part of the call server that a shift uses; tests pass their own. */
export type ShiftServer = Pick<
  CallServer,
  'run' | 'registered' | 'registeredAs' | 'drain' | 'close' | 'activeCalls' | 'totalCalls'
>;

/** What a shift is made of. */
export interface ShiftDeps {
  readonly config: Config;
  readonly log: Logger;
  /** Credentials, schema: rejects with what is wrong. */
  readonly preflight: () => Promise<void>;
  /** The clinics to serve. */
  readonly clinics: () => Promise<ClinicProfile[]>;
  /** Loads the framework and makes the server: the slow part of start-up, so it runs beside the checks. */
  readonly createServer: () => Promise<ShiftServer>;
  /** Makes the sentences that must be ready before a call comes. */
  readonly prepareAudio: (clinics: readonly ClinicProfile[]) => Promise<void>;
  readonly nowMs: () => number;
}

/**
 * One shift of one worker: started once, registered, open for calls, drained, closed. `run` ends with the code the process exits with.
 */
export class Shift {
  readonly id = `worker-${randomUUID().slice(0, 8)}` as WorkerId;
  readonly lifecycle: ShiftLifecycle;
  readonly startedAt: number;
  readonly #deps: ShiftDeps;
  readonly #wait: (ms: number) => Promise<unknown>;
  #server: ShiftServer | undefined;
  #stopReason: string | undefined;
  readonly #stopped: Promise<string>;
  #requestStop: (reason: string) => void = () => undefined;

  constructor(deps: ShiftDeps, wait: (ms: number) => Promise<unknown> = timer) {
    this.#deps = deps;
    this.#wait = wait;
    this.startedAt = deps.nowMs();
    this.lifecycle = new ShiftLifecycle(deps.log);
    this.#stopped = new Promise((resolve) => {
      this.#requestStop = resolve;
    });
  }

  /** The server, once start-up has made it. */
  get server(): ShiftServer | undefined {
    return this.#server;
  }

  /** True while calls are taken. */
  get ready(): boolean {
    return this.lifecycle.state === 'open' && this.#server?.registeredAs !== undefined;
  }

  /** Asks the shift to end: once is enough. */
  stop(reason: StopSignal | 'closing_time' | 'deadline'): void {
    this.#stopReason ??= reason;
    this.#requestStop(this.#stopReason);
  }

  /**
   * Works the shift.
   * @returns The process's exit code: 0 when the shift ended as it should.
   * @throws OpenhoursError for what stopped it, with `kind.exit` as the code.
   */
  async run(): Promise<ExitCode> {
    try {
      return await this.#work();
    } catch (error) {
      this.lifecycle.move('failed', isOpenhoursError(error) ? error.code : 'a bug');
      throw error;
    }
  }

  async #work(): Promise<ExitCode> {
    const starting = this.#start();
    starting.catch(() => undefined); // also when nobody waits any more, below
    const running = await Promise.race([starting, this.#stopped.then(() => undefined)]);
    if (running === undefined) return await this.#stopEarly(starting);
    this.lifecycle.move('open', 'registered with LiveKit');
    await Promise.race([running.ended, this.#stopped]);
    await this.#drain();
    return ExitCode.ok;
  }

  async #start(): Promise<{ ended: Promise<void> }> {
    const { log } = this.#deps;
    const checks = this.#deps.preflight();
    checks.catch(() => undefined);
    this.#server = await this.#deps.createServer();
    const ended = this.#server.run().catch((cause: unknown) => {
      throw new OpenhoursError('SERVICE_UNREACHABLE', 'LiveKit could not be reached: check LIVEKIT_URL', {
        cause,
      });
    });
    ended.catch(() => undefined);
    await Promise.race([Promise.all([this.#server.registered(), checks]), ended]);
    const clinics = await this.#deps.clinics();
    if (clinics.length === 0) log.warn('no clinic has this agent name: every call will be refused politely');
    // Not waited for: a greeting that is not ready in time is made live.
    void this.#deps
      .prepareAudio(clinics)
      .catch((error: unknown) => log.warn({ error }, 'audio could not be prepared'));
    return { ended };
  }

  /** A stop that came before the worker was open: it takes no call, and leaves no process behind. */
  async #stopEarly(starting: Promise<unknown>): Promise<ExitCode> {
    this.lifecycle.move('draining', `stopped while starting: ${this.#stopReason ?? ''}`);
    // The framework cannot be closed while it starts: it would stay registered and reject every call.
    await Promise.race([starting.catch(() => undefined), this.#wait(LIFECYCLE.stopNoticeMs / 2)]);
    await this.#close();
    return ExitCode.ok;
  }

  async #drain(): Promise<void> {
    this.lifecycle.move('draining', this.#stopReason ?? 'LiveKit ended the connection');
    await this.#server?.drain(LIFECYCLE.stopNoticeMs - LIFECYCLE.processCloseMs - LIFECYCLE.exitMs);
    await this.#close();
  }

  async #close(): Promise<void> {
    // While LiveKit is unreachable, close() waits out the pause between retries: the exit does not.
    await Promise.race([this.#server?.close(), this.#wait(LIFECYCLE.closeMs)]);
    this.lifecycle.move('closed', 'no call is left');
  }
}
