import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quietNativeLogs } from '../src/config/load.ts';
import { cacheDir, projectRoot } from '../src/config/paths.ts';
import { type GuardedChild, startGuarded } from '../src/local/child.ts';
import { freeTcpPort } from '../src/local/free-port.ts';
import { type Stack, startStack } from '../src/local/stack.ts';
import { type Voices, startVoices } from '../src/local/voice.ts';
import type { Caller } from '../src/rehearsal/caller.ts';

quietNativeLogs();
const { placeCall } = await import('../src/rehearsal/caller.ts');
const { disposeLines } = await import('../src/rehearsal/phone-line.ts');

/** The local stack with callers' voices, for benchmarks that start their own workers. */
export class Telephone {
  readonly stack: Stack;
  readonly #voices: Voices;
  readonly #folder: string;
  /** Sentences are made once: making one costs the CPU that the benchmark is about. */
  readonly #spoken = new Map<string, Promise<Int16Array>>();
  #dialled = 0;
  #number = 0;
  #url = '';

  private constructor(stack: Stack, voices: Voices, folder: string) {
    this.stack = stack;
    this.#voices = voices;
    this.#folder = folder;
  }

  /** Starts everything in a folder of its own. */
  static async open(): Promise<Telephone> {
    const folder = mkdtempSync(join(tmpdir(), 'openhours-bench-'));
    const { PATH, HOME } = process.env;
    const environment = { PATH, HOME };
    const stack = await startStack({
      root: projectRoot(),
      stateDir: folder,
      cacheDir: cacheDir(),
      environment,
    });
    return new Telephone(stack, await startVoices(), folder);
  }

  /** Starts a worker from `dist/` and waits until it takes calls; `file` is below `dist/`. */
  async startWorker(file: string, env: Record<string, string> = {}): Promise<GuardedChild> {
    const { child } = await this.startStandby(file, env);
    await this.registered();
    return child;
  }

  /** Starts a worker and waits for nothing: it may stand by. */
  async startStandby(
    file: string,
    env: Record<string, string> = {},
  ): Promise<{ child: GuardedChild; url: string }> {
    const port = await freeTcpPort();
    this.#number += 1;
    const child = await startGuarded({
      name: 'worker',
      command: process.execPath,
      args: [join(projectRoot(), 'dist', file)],
      env: { ...this.stack.env, NODE_ENV: 'production', LOG_LEVEL: 'info', ...env, PORT: String(port) },
      cwd: projectRoot(),
      logFile: join(this.stack.logDir, `worker-${this.#number}.log`),
      stopTimeoutMs: 15_000,
    });
    this.#url = `http://127.0.0.1:${port}`;
    return { child, url: this.#url };
  }

  /** Resolves when the worker that was started last takes calls. */
  async registered(): Promise<void> {
    const ready = () =>
      fetch(`${this.#url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await ready())) await delay(50);
  }

  /** Rings the sample clinic, each time from another number. */
  async dial(): Promise<Caller> {
    const { LIVEKIT_URL = '', LIVEKIT_API_KEY = '', LIVEKIT_API_SECRET = '' } = this.stack.env;
    this.#dialled += 1;
    return await placeCall({
      url: LIVEKIT_URL,
      apiKey: LIVEKIT_API_KEY,
      apiSecret: LIVEKIT_API_SECRET,
      agentName: this.stack.env['LIVEKIT_AGENT_NAME'] ?? '',
      from: `+92300555${String(1_000 + (this.#dialled % 9_000))}`,
      to: '+922135550100',
      audio: 'wideband',
      synthesize: (text) => this.#speak(text),
    });
  }

  /** Ends everything and leaves nothing behind. */
  async close(): Promise<void> {
    await this.#voices.stop();
    await disposeLines();
    await this.stack.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #speak(text: string): Promise<Int16Array> {
    const spoken =
      this.#spoken.get(text) ?? this.#voices.synthesize(text, { voice: 'rms', sampleRate: 16_000 });
    this.#spoken.set(text, spoken);
    return spoken;
  }
}
