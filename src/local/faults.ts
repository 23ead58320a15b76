import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { OpenhoursError } from '../errors.ts';

/** The services that can be made to fail. */
export const FAULT_TARGETS = ['listen', 'speak', 'openai-listen', 'openai-speech', 'chat'] as const;
/** One of {@link FAULT_TARGETS}. */
export type FaultTarget = (typeof FAULT_TARGETS)[number];

/**
 * How a service misbehaves: `slow` answers `delayMs` later, `refuse` resets the TCP connection, `unauthorized`, `rate_limited` and
 * `server_error` answer 401, 429 and 500, `hang` never answers, `stall` sends its first piece and nothing more once `afterMs` have passed,
 * `cut` destroys the connection after `afterMs`.
 */
export const FAULT_MODES = [
  'ok',
  'slow',
  'refuse',
  'unauthorized',
  'rate_limited',
  'server_error',
  'hang',
  'stall',
  'cut',
] as const;
/** One of {@link FAULT_MODES}. */
export type FaultMode = (typeof FAULT_MODES)[number];

const faultSchema = z.strictObject({
  target: z.enum(FAULT_TARGETS),
  mode: z.enum(FAULT_MODES),
  delayMs: z.number().int().min(0).max(600_000).optional(),
  times: z.number().int().min(1).optional(),
  afterMs: z.number().int().min(0).max(600_000).optional(),
});
/** The body of `POST /_control`. `times` is how many requests it holds for; without it, until the next setting. */
export type FaultSetting = z.infer<typeof faultSchema>;

/** What has happened at one target since the start. */
export interface FaultCounters {
  /** Requests and WebSocket handshakes, the refused ones too. */
  requests: number;
  /** Those that a fault was applied to when they came. */
  faulted: number;
  /** Under way now. */
  active: number;
  /** Seconds of audio heard (`listen`, `openai-listen`) or spoken (the others). */
  audioSeconds: number;
}

/** Something a fault can destroy: a socket. */
export interface Destroyable {
  destroy(): unknown;
}

interface TargetState {
  setting: FaultSetting;
  counters: FaultCounters;
  live: Set<Visit>;
}

const STATUS: Partial<Record<FaultMode, number>> = {
  unauthorized: 401,
  rate_limited: 429,
  server_error: 500,
};

/** One request or connection, and what is wrong with it. Ask again at each step: a fault set later reaches connections that are open. */
export class Visit {
  private setting: FaultSetting;
  private since = performance.now();
  private pieces = 0;
  private cutter: NodeJS.Timeout | undefined;
  private readonly state: TargetState;
  private readonly socket: Destroyable;

  constructor(state: TargetState, setting: FaultSetting, socket: Destroyable) {
    this.state = state;
    this.socket = socket;
    this.setting = setting;
    this.apply(setting);
  }

  /** What applies to it now. */
  get mode(): FaultMode {
    return this.setting.mode;
  }

  /** The HTTP status to fail with, if it is to fail with one. */
  get status(): number | undefined {
    return STATUS[this.mode];
  }

  /** True when nothing more may be sent: it hangs, or has stalled. */
  get silent(): boolean {
    if (this.mode === 'hang') return true;
    const begun = this.pieces > 0 && performance.now() - this.since >= (this.setting.afterMs ?? 0);
    return this.mode === 'stall' && begun;
  }

  /** To be called after each piece of the answer (a message, a chunk): a stall begins after the first. */
  sent(): void {
    this.pieces++;
  }

  /** How much later than usual it answers, in ms. */
  get delayMs(): number {
    return this.mode === 'slow' ? (this.setting.delayMs ?? 1_000) : 0;
  }

  /** Waits as long as a slow service takes; at once for any other. */
  async wait(): Promise<void> {
    if (this.delayMs > 0) await delay(this.delayMs, undefined, { ref: false });
  }

  /** Counts audio, in seconds. */
  addAudio(seconds: number): void {
    this.state.counters.audioSeconds += seconds;
  }

  /** It is over. Safe to call twice. */
  end(): void {
    clearTimeout(this.cutter);
    if (this.state.live.delete(this)) this.state.counters.active--;
  }

  /** Puts a setting in force; used by {@link Faults}. */
  apply(setting: FaultSetting): void {
    clearTimeout(this.cutter);
    this.setting = setting;
    this.since = performance.now();
    if (setting.mode === 'cut') this.cutter = setTimeout(() => this.socket.destroy(), setting.afterMs ?? 0);
  }
}

/** The faults of the stand-ins: set over HTTP (`/_control`) or directly, asked by the servers for every request. */
export class Faults {
  private readonly targets = new Map<FaultTarget, TargetState>(
    FAULT_TARGETS.map((target) => [
      target,
      {
        setting: { target, mode: 'ok' },
        counters: { requests: 0, faulted: 0, active: 0, audioSeconds: 0 },
        live: new Set(),
      },
    ]),
  );

  /**
   * Makes a service misbehave, or well again (`ok`). Without `times` it also holds for the connections that are open now. `cut` without
   * `times` and `afterMs` is a single blow: what is open is destroyed, and what comes later is left alone.
   */
  set(setting: FaultSetting): void {
    const state = this.state(setting.target);
    const blow = setting.mode === 'cut' && setting.times === undefined && setting.afterMs === undefined;
    state.setting = blow ? { target: setting.target, mode: 'ok' } : { ...setting };
    if (setting.times === undefined) for (const visit of [...state.live]) visit.apply(setting);
  }

  /** Registers a request or connection. The caller ends it (`visit.end()`) when it is over. */
  begin(target: FaultTarget, socket: Destroyable): Visit {
    const state = this.state(target);
    const { setting } = state;
    state.counters.requests++;
    state.counters.active++;
    if (setting.mode !== 'ok') state.counters.faulted++;
    const visit = new Visit(state, { ...setting }, socket);
    state.live.add(visit);
    if (setting.times !== undefined) {
      setting.times--;
      if (setting.times === 0) state.setting = { target, mode: 'ok' };
    }
    return visit;
  }

  /** What is set and what has happened, by target: the answer to `GET /_control`. */
  snapshot(): Record<FaultTarget, Omit<FaultSetting, 'target'> & FaultCounters> {
    const entries = [...this.targets].map(([name, { setting, counters }]) => {
      const { mode, delayMs, times, afterMs } = setting;
      return [name, { mode, delayMs, times, afterMs, ...counters }];
    });
    return Object.fromEntries(entries) as ReturnType<Faults['snapshot']>;
  }

  /**
   * Answers `GET /_control` and `POST /_control` (a {@link FaultSetting}, or `{"reset": true}`). From this machine only, and not from a
   * web page: 403 otherwise.
   */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!isLoopback(request.socket.remoteAddress) || request.headers.origin !== undefined) {
      answer(403, { error: 'the control endpoint answers this machine only' });
    } else if (request.method === 'GET') {
      answer(200, this.snapshot());
    } else if (request.method === 'POST') {
      try {
        this.control(JSON.parse(await readText(request)));
        answer(200, this.snapshot());
      } catch (error) {
        answer(400, { error: error instanceof Error ? error.message : String(error) });
      }
    } else {
      answer(405, { error: 'GET or POST' });
    }
  }

  private control(body: unknown): void {
    if (z.strictObject({ reset: z.literal(true) }).safeParse(body).success) {
      for (const target of FAULT_TARGETS) this.set({ target, mode: 'ok' });
      return;
    }
    const setting = faultSchema.safeParse(body);
    if (!setting.success) throw new OpenhoursError('INPUT_INVALID', z.prettifyError(setting.error));
    this.set(setting.data);
  }

  private state(target: FaultTarget): TargetState {
    const state = this.targets.get(target);
    if (!state) throw new OpenhoursError('INPUT_INVALID', `there is no target ${target}`);
    return state;
  }
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);

const MAX_CONTROL_BYTES = 10_000;

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MAX_CONTROL_BYTES) throw new OpenhoursError('INPUT_INVALID', 'the body is too long');
  }
  return text;
}
