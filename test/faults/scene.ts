import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../../src/config/paths.ts';
import { type Brain, startBrain } from '../../src/local/brain.ts';
import { type FaultMode, type FaultSetting, type FaultTarget, Faults } from '../../src/local/faults.ts';
import type { FrontOrder } from '../../src/local/livekit-front.ts';
import type { Caller } from '../../src/rehearsal/caller.ts';
import { TestStack, untilTrue } from '../support/stack.ts';
import { Fleet, type FleetWorker } from './fleet.ts';
import { Front, type FrontMode } from './front.ts';

/** A second model, so that the first can fail alone. */
const FALLBACK_MODEL = 'gpt-4.1-nano';
const CLINIC = "slug = 'karachi-smiles'";
/** Audio prepared by the first worker serves all. */
const PREPARED_MS = 60_000;
/** Everything that hears, thinks or speaks. */
const SPEECH_TARGETS = ['listen', 'speak', 'openai-listen', 'openai-speech'] as const;

/** What is put between the workers and the stack. */
interface Parts {
  readonly database: Front;
  readonly openai: Front;
  /** The second model, and what is wrong with it. */
  readonly second: Brain;
  readonly faults: Faults;
  /** Whether the first model answers garbage. */
  readonly garbled: { on: boolean };
}

/** Everything that a row can break: the stack with fronts before what it cannot break itself, and the fleet. */
export class Scene {
  readonly test: TestStack;
  readonly fleet: Fleet;
  readonly #parts: Parts;
  #healing: Promise<unknown>[] = [];
  /** The call that the fault is for; set by the runner. */
  lead: Caller | undefined;
  /** When a signal was sent to a worker, and to which. */
  terminated: { worker: FleetWorker; at: number } | undefined;

  private constructor(test: TestStack, parts: Parts) {
    this.test = test;
    this.#parts = parts;
    const { env, logDir } = test.stack;
    this.fleet = new Fleet({
      root: projectRoot(),
      logDir,
      env: {
        ...env,
        SUPABASE_URL: parts.database.url,
        OPENAI_BASE_URL: `${parts.openai.url}/v1`,
        OPENAI_FALLBACK_MODEL: FALLBACK_MODEL,
        NODE_ENV: 'production',
      },
    });
  }

  /** Starts everything but the workers. */
  static async start(): Promise<Scene> {
    const test = await TestStack.start({ worker: false });
    const faults = new Faults();
    const second = await startBrain({ faults });
    const { language = '', speech = '' } = test.stack.control;
    const garbled = { on: false };
    const openai = await Front.start({
      upstream: ({ url = '' }, body) => {
        if (url.startsWith('/v1/audio/')) return speech;
        return body.includes(`"${FALLBACK_MODEL}"`) ? second.url : language;
      },
      answer: ({ url = '' }, outgoing, body) => {
        if (!garbled.on || !url.endsWith('/chat/completions')) return false;
        if (body.includes(`"${FALLBACK_MODEL}"`)) return false;
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
        outgoing.end('data: {"choices": [{"delta": nonsense\n\ndata: 17\n\ndata: [DONE\n\n');
        return true;
      },
    });
    const database = await Front.start({ upstream: () => test.stack.env['SUPABASE_URL'] ?? '' });
    const scene = new Scene(test, { second, faults, garbled, database, openai });
    await test.sql(`update clinics set max_workers = 4 where ${CLINIC}`);
    return scene;
  }

  /** Waits until the sentences for emergencies are on the disk, which later workers find there. */
  async audioPrepared(): Promise<void> {
    const prepared = () => this.fleet.lines().some(({ message }) => message === 'audio prepared');
    await untilTrue(prepared, PREPARED_MS, 'the audio is prepared');
  }

  /** Makes a speech service misbehave. */
  speech(
    target: FaultTarget,
    mode: FaultMode,
    more: Omit<FaultSetting, 'target' | 'mode'> = {},
  ): Promise<void> {
    return this.test.fault({ target, mode, ...more });
  }

  /** Makes the first language model misbehave, or the second. */
  async model(
    which: 'first' | 'second',
    mode: FaultMode | 'garbage',
    more: Omit<FaultSetting, 'target' | 'mode'> = {},
  ): Promise<void> {
    if (which === 'first') this.#parts.garbled.on = mode === 'garbage';
    if (mode === 'garbage') return;
    const setting: FaultSetting = { target: 'chat', mode, ...more };
    if (which === 'second') return this.#parts.faults.set(setting);
    const control = `${this.test.stack.control.language ?? ''}/_control`;
    const response = await fetch(control, { method: 'POST', body: JSON.stringify(setting) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Every model, voice and recogniser refuses. */
  async everythingRefuses(): Promise<void> {
    await Promise.all([
      ...SPEECH_TARGETS.map((target) => this.speech(target, 'refuse')),
      this.model('first', 'refuse'),
      this.model('second', 'refuse'),
    ]);
    await this.cut('listen', 'refuse');
    await this.cut('speak', 'refuse');
  }

  /** Destroys a service's open connections; what comes afterwards finds it in `then`. */
  async cut(target: FaultTarget, then: FaultMode = 'ok'): Promise<void> {
    await this.speech(target, 'cut');
    await this.speech(target, then);
  }

  /** Destroys the voice's connections as soon as it has sent the first sound of its next sentence. */
  async cutVoiceInSentence(): Promise<void> {
    const control = `${this.test.stack.control.speech ?? ''}/_control`;
    const spoken = async () => {
      const counters = (await (await fetch(control)).json()) as { speak: { audioSeconds: number } };
      return counters.speak.audioSeconds;
    };
    const before = await spoken();
    await untilTrue(async () => (await spoken()) > before, 20_000, 'the voice speaks');
    await this.cut('speak');
  }

  /** What the database does, as all workers see it. */
  database(mode: FrontMode, delayMs?: number): void {
    this.#parts.database.set(mode, delayMs);
  }

  /** The network to LiveKit, and transfers. */
  async livekit(order: FrontOrder): Promise<void> {
    const control = `${this.test.stack.control.livekit ?? ''}/_control`;
    const response = await fetch(control, { method: 'POST', body: JSON.stringify(order) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** The LiveKit server itself, past the front: the telephone's bridge stands beside it. */
  get livekitUrl(): string {
    const log = readdirSync(this.test.stack.logDir).find((name) => /^livekit-\d+\.log$/.test(name)) ?? '';
    return `ws://127.0.0.1:${/\d+/.exec(log)?.[0] ?? ''}`;
  }

  /** Changes the clinic, until the row ends. */
  async clinic(assignments: string): Promise<void> {
    await this.test.sql(`update clinics set ${assignments} where ${CLINIC}`);
  }

  /** Undoes something after a while, without holding up the call. */
  later(ms: number, heal: () => void | Promise<void>): void {
    this.#healing.push(delay(ms).then(heal));
  }

  /** The process that has the call now, and its worker. */
  async holder(): Promise<{ worker: FleetWorker; pid: number }> {
    const { caller } = this.#leading();
    const held = async () => {
      const row = await this.test.callRow(caller);
      return row === undefined ? undefined : this.fleet.holderOf(row.id);
    };
    return await untilTrue(held, 10_000, 'a worker has the call');
  }

  /** Sends a signal to the process that has the call. */
  async killCall(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.kill((await this.holder()).pid, signal);
  }

  /** Ends the worker that has the call without a word: itself alone, or with all its processes. */
  async killWorker(whole: boolean): Promise<void> {
    const { worker } = await this.holder();
    this.fleet.kill(worker, whole);
  }

  /** Moves the machine of the worker that has the call: notice, 10 s later a standstill of 3 s, and word that it is over. */
  async moveMachine(): Promise<void> {
    const { worker } = await this.holder();
    const signal = (name: NodeJS.Signals) => void process.kill(worker.main, name);
    signal('SIGTSTP');
    this.later(10_000, () => signal('SIGSTOP'));
    this.later(13_000, () => signal('SIGCONT'));
  }

  /** Sends SIGTERM to the worker that has the call. */
  async terminate(): Promise<void> {
    const { worker } = await this.holder();
    this.terminated = { worker, at: performance.now() };
    worker.tainted = true;
    process.kill(worker.main, 'SIGTERM');
  }

  /** Everything well again; waits for what was put off. */
  async heal(): Promise<void> {
    await Promise.all(this.#healing.splice(0));
    this.database('ok');
    await this.livekit({ reset: true });
    await Promise.all(SPEECH_TARGETS.map((target) => this.speech(target, 'ok')));
    await Promise.all([this.model('first', 'ok'), this.model('second', 'ok')]);
  }

  /** Ends everything and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.fleet.stop();
    const { database, openai, second } = this.#parts;
    await Promise.all([database.stop(), openai.stop(), second.stop()]);
    await this.test.stop();
  }

  #leading(): { caller: Caller } {
    if (this.lead === undefined) throw new Error('no call has been placed');
    return { caller: this.lead };
  }
}
