import { vi } from 'vitest';
import type { ShiftId, WorkerId } from '../../src/clinic/ids.ts';
import type {
  Beat,
  BeatAnswer,
  BegunShift,
  Peer,
  RefusedShift,
  SeatHolder,
  ShiftSummary,
} from '../../src/clinic/shifts.ts';
import { Shift, type ShiftDeps, type ShiftOnDuty, type ShiftServer } from '../../src/lifecycle/shift.ts';
import type { ToCall } from '../../src/providers/call-messages.ts';
import { FakeClock } from './clock.ts';
import { makeClinic } from './clinic.ts';
import { makeConfig } from './config.ts';
import { Deferred } from './deferred.ts';
import { collectLog } from './log.ts';

/** Ten in the morning at the invented clinic, which is open until `CLOSES`. */
export const MORNING = Date.parse('2026-11-23T05:00:00Z');
/** Closing time of that day. */
export const CLOSES = Date.parse('2026-11-23T12:00:00Z');

/** A server without LiveKit: registered when told so, and on record with what was asked of it. */
export class FakeServer implements ShiftServer {
  readonly asked: string[] = [];
  readonly limits: number[] = [];
  readonly callAttributes: Record<string, string> = {};
  registeredAs: string | undefined;
  totalCalls = 0;
  #activeCalls = 0;
  readonly #registration = new Deferred<string>();
  readonly #running = new Deferred<void>();
  readonly #quiet = new Deferred<boolean>();

  get activeCalls(): number {
    return this.#activeCalls;
  }
  /** So many calls are in progress now. */
  set activeCalls(calls: number) {
    this.#activeCalls = calls;
    if (calls === 0 && this.asked.includes('drain')) this.#quiet.resolve(true);
  }
  run(): Promise<void> {
    this.asked.push('run');
    return this.#running.promise;
  }
  registered(): Promise<string> {
    return this.#registration.promise;
  }
  register(): void {
    this.registeredAs = 'AW_invented';
    this.#registration.resolve(this.registeredAs);
  }
  /** LiveKit is gone: after its retries the framework gives up, or ends the run. */
  lose(error?: Error): void {
    if (error === undefined) this.#running.resolve();
    else this.#running.reject(error);
  }
  async drain(limitMs: number): Promise<boolean> {
    this.asked.push('drain');
    this.limits.push(limitMs);
    return this.#activeCalls === 0 ? true : await this.#quiet.promise;
  }
  async close(): Promise<void> {
    this.asked.push('close');
  }
}

/** A database of shifts that says what the test tells it to, and keeps what it was told. */
export class FakeShifts {
  readonly begun: { worker: string; startsAt: number }[] = [];
  readonly beats: Beat[] = [];
  readonly moves: string[] = [];
  readonly finished: string[] = [];
  /** Fencing numbers of shifts whose seats the next worker may have. */
  readonly offered: number[] = [];
  /** Workers that were relayed before their time. */
  readonly relayed: string[] = [];
  /** The answers, to be replaced. */
  answer: () => Promise<BegunShift | RefusedShift> = async () => granted();
  answerBeat: () => Promise<BeatAnswer> = async () => beatAnswer();
  answerMove: () => Promise<void> = async () => undefined;
  answerFinish: () => Promise<ShiftSummary> = async () => SUMMARY;

  readonly begin: ShiftDeps['shifts']['begin'] = (worker, _, plan) => {
    this.begun.push({ worker: worker.workerId, startsAt: plan.startsAt });
    return this.answer();
  };
  readonly relayNow: ShiftDeps['shifts']['relayNow'] = async (holder) => {
    this.relayed.push(holder);
  };
  readonly beat: ShiftDeps['shifts']['beat'] = (beat) => {
    this.beats.push(beat);
    return this.answerBeat();
  };
  readonly move: ShiftDeps['shifts']['move'] = (_, to, reason) => {
    this.moves.push(`${to}: ${reason}`);
    return this.answerMove();
  };
  readonly offerSeats: ShiftDeps['shifts']['offerSeats'] = async ({ fencing }) => {
    this.offered.push(fencing);
  };
  readonly finish: ShiftDeps['shifts']['finish'] = ({ fencing }, state, reason) => {
    this.finished.push(`${state} (${fencing}): ${reason}`);
    return this.answerFinish();
  };

  /** From now on nothing is answered, neither well nor badly. */
  vanish(): void {
    const never = () => new Promise<never>(() => undefined);
    Object.assign(this, { answer: never, answerBeat: never, answerMove: never, answerFinish: never });
  }
}

/** Seats that were free. */
export function granted(): BegunShift {
  return { granted: true, shift_id: 'shift-invented' as ShiftId, fencing: 7, clinics: [makeClinic().id] };
}

/** A seat that somebody else has: alive, unless told otherwise. */
export function refused(holder: Partial<SeatHolder> = {}, waitUntil: string | null = null): RefusedShift {
  return {
    granted: false,
    wait_until: waitUntil,
    holders: [
      {
        worker_id: 'worker-other' as WorkerId,
        execution: 'shift-abc12',
        clinic: 'invented',
        since: '2026-11-23T04:00:00Z',
        relay_at: null,
        age_ms: 400,
        ...holder,
      },
    ],
  };
}

/** What a sign of life is answered. */
export function beatAnswer(overrides: Partial<BeatAnswer> = {}): BeatAnswer {
  return { stop: false, lease: 'held', peers: [], ...overrides };
}

/** Another worker: open, with room for calls. */
export function peer(overrides: Partial<Peer> = {}): Peer {
  return {
    worker_id: 'worker-other' as WorkerId,
    state: 'open',
    active_calls: 0,
    max_calls: 4,
    age_ms: 300,
    ...overrides,
  };
}

/** What a shift has done, as the database says. */
export const SUMMARY: ShiftSummary = {
  calls: 3,
  outcomes: { booked: 2, completed: 1 },
  open: 0,
  booked: 2,
  turns: 21,
  latency: { p50: 900, p95: 1_400, n: 18 },
  greeting: { p50: 700, p95: 900, n: 3 },
  tools: { runs: 4, errors: 0 },
  claims: { said: 5, mismatches: 1, calls: 3 },
  usage: {},
  from: '2026-11-23T05:00:00Z',
  to: '2026-11-23T12:00:00Z',
};

/** What a shift in a test may differ in. */
export interface ShiftRig {
  deps?: Partial<ShiftDeps>;
  /** Variables beside the required ones. */
  environment?: Record<string, string>;
  /** What the wall clock shows as the process starts. */
  startMs?: number;
}

/** A shift with nothing real in it, at ten in the morning of a working day. */
export function makeShift({ deps = {}, environment = {}, startMs = MORNING }: ShiftRig = {}) {
  const server = new FakeServer();
  const shifts = new FakeShifts();
  const clock = new FakeClock(startMs);
  const { log, lines, messages } = collectLog();
  const prepared: string[] = [];
  const printed: string[] = [];
  const told: ToCall[] = [];
  const duties: ShiftOnDuty[] = [];
  const catchUp = vi.fn(async () => undefined);
  const shift = new Shift(
    {
      config: makeConfig(environment),
      log,
      preflight: async () => undefined,
      clinics: async () => [makeClinic()],
      shifts,
      createServer: async () => server,
      prepareAudio: async (clinics) => void prepared.push(...clinics.map(({ slug }) => slug)),
      onDuty: (duty) => {
        duties.push(duty);
        return async () => void duties.pop();
      },
      tell: (message) => {
        told.push(message);
        return server.activeCalls;
      },
      catchUp,
      nowMs: clock.nowMs,
      ageMs: clock.ageMs,
      print: (line) => void printed.push(line),
      ...deps,
    },
    clock.wait,
  );
  const states = () => lines.filter(({ message }) => message === 'shift state').map(({ to }) => to);
  /** Runs the shift until it is open. */
  const open = async (): Promise<{ running: Promise<number> }> => {
    const running = shift.run();
    running.catch(() => undefined);
    server.register();
    await vi.waitFor(
      () => {
        if (shift.lifecycle.state !== 'open') throw new Error(`it is ${shift.lifecycle.state}`);
      },
      { interval: 1 },
    );
    return { running }; // not the promise itself, for which `await open()` would wait
  };
  return {
    shift,
    server,
    shifts,
    clock,
    lines,
    messages,
    prepared,
    printed,
    told,
    duties,
    catchUp,
    states,
    open,
  };
}
