import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OpenhoursError } from '../errors.ts';
import { type GuardedChild, startGuarded } from './child.ts';

/** The rate at which the recogniser listens, in Hz. */
export const RECOGNIZER_RATE = 16_000;

/** A piece of speech to be decoded. */
export interface DecodeRequest {
  /** 16-bit mono PCM at {@link RECOGNIZER_RATE}. */
  pcm: Int16Array;
  /** Interim texts wait for final ones, and are dropped when a newer request of the same owner comes. */
  urgency: 'final' | 'interim';
  /** Whose speech it is. */
  owner: object;
}

/** Turns speech into text. */
export interface Recognizer {
  /**
   * The text, '' if there is none; undefined for an interim one that was dropped.
   * @throws OpenhoursError LOCAL_PROCESS_FAILED when the recogniser has died or could not decode it.
   */
  decode(request: DecodeRequest): Promise<string | undefined>;
}

/** The recogniser's process. */
export interface RecognizerProcess extends Recognizer {
  /** How long loading the model took, in ms. */
  readonly loadMs: number;
  stop(): Promise<void>;
}

/** How to start it. */
export interface RecognizerOptions {
  /** The interpreter of the environment `local-speech`. */
  python: string;
  /** `recognizer.py` in that environment's template, which documents the protocol. */
  script: string;
  logFile: string;
}

/** Two at once, whatever the machine: a third core is better left to the calls. */
const SLOTS = Math.min(2, availableParallelism());
const START_LIMIT_MS = 30_000;

/**
 * Starts one process that decodes for all sessions and loads its model (about 0.6 s).
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it does not come up; the message names its log.
 */
export async function startRecognizer(options: RecognizerOptions): Promise<RecognizerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'recognizer-'));
  const path = join(folder, 'socket');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const child = await startGuarded({
    name: 'the speech recogniser',
    command: options.python,
    args: ['-u', options.script, path, String(SLOTS)],
    // One thread for each decoding: a second one spins, and costs twice the CPU for 10 % of the time.
    env: { MOONSHINE_ORT_SINGLE_THREAD: '1' },
    logFile: options.logFile,
    stopTimeoutMs: 2_000,
  });
  try {
    const socket = await connection(server, child);
    return await new DecoderLink(socket, child).ready();
  } catch (cause) {
    await child.stop();
    throw new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `the speech recogniser did not start; see ${options.logFile}`,
      { cause },
    );
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function connection(server: Server, child: GuardedChild): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not connect in time')), START_LIMIT_MS);
  });
  const ended = child.exited.then((code) => Promise.reject(new Error(`it ended with code ${code}`)));
  try {
    return await Promise.race([
      new Promise<Socket>((resolve) => server.once('connection', resolve)),
      late,
      ended,
    ]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
  }
}

interface Job extends DecodeRequest {
  resolve(text: string | undefined): void;
  reject(error: Error): void;
}

type Message = { ready: true; loadMs: number } | { id: number; text: string } | { id: number; error: string };

/** Our end of the socket: holds requests back until a slot is free, urgent ones first. */
class DecoderLink implements RecognizerProcess {
  loadMs = 0;
  private readonly socket: Socket;
  private readonly child: GuardedChild;
  private readonly running = new Map<number, Job>();
  private waiting: Job[] = [];
  private lastId = 0;
  private failure: OpenhoursError | undefined;
  private onReady: () => void = () => undefined;
  private onDead: (error: Error) => void = () => undefined;

  constructor(socket: Socket, child: GuardedChild) {
    this.socket = socket;
    this.child = child;
    createInterface({ input: socket }).on('line', (line) => this.receive(JSON.parse(line) as Message));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => this.die());
  }

  /** Resolves when the model is loaded. */
  ready(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.onReady = () => resolve(this);
      this.onDead = reject;
    });
  }

  decode(request: DecodeRequest): Promise<string | undefined> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const stale = (job: Job) => job.urgency === 'interim' && job.owner === request.owner;
      for (const job of this.waiting.filter(stale)) job.resolve(undefined);
      this.waiting = this.waiting.filter((job) => !stale(job));
      this.waiting.push({ ...request, resolve, reject });
      this.send();
    });
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    await this.child.stop();
  }

  private send(): void {
    while (this.running.size < SLOTS) {
      const urgent = this.waiting.findIndex((job) => job.urgency === 'final');
      // One slot is kept free of interim texts: a caller who has finished must not wait for one who has not.
      const interimRuns = [...this.running.values()].some((job) => job.urgency === 'interim');
      if (urgent < 0 && interimRuns && SLOTS > 1) return;
      const [job] = this.waiting.splice(Math.max(0, urgent), 1);
      if (!job) return;
      const id = ++this.lastId;
      this.running.set(id, job);
      this.socket.write(encode(id, job.pcm));
    }
  }

  private receive(message: Message): void {
    if ('ready' in message) {
      this.loadMs = message.loadMs;
      this.onReady();
      return;
    }
    const job = this.running.get(message.id);
    this.running.delete(message.id);
    if ('text' in message) job?.resolve(message.text);
    else job?.reject(new OpenhoursError('LOCAL_PROCESS_FAILED', `decoding failed: ${message.error}`));
    this.send();
  }

  private die(): void {
    this.failure = new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `the speech recogniser has ended; see ${this.child.logFile}`,
    );
    this.onDead(this.failure);
    for (const job of [...this.running.values(), ...this.waiting]) job.reject(this.failure);
    this.running.clear();
    this.waiting = [];
  }
}

/** Silence put around the speech: the model invents words for sounds that begin or end abruptly, or are very short. */
const LEAD = 0.1 * RECOGNIZER_RATE;
const TAIL = 0.1 * RECOGNIZER_RATE;
const SHORTEST = RECOGNIZER_RATE;

function encode(id: number, pcm: Int16Array): Buffer {
  const count = Math.max(SHORTEST, LEAD + pcm.length + TAIL);
  const frame = Buffer.alloc(8 + 4 * count);
  frame.writeUInt32LE(id, 0);
  frame.writeUInt32LE(count, 4);
  const samples = new Float32Array(frame.buffer, frame.byteOffset + 8, count);
  for (let i = 0; i < pcm.length; i++) samples[LEAD + i] = (pcm[i] ?? 0) / 32_768;
  return frame;
}
