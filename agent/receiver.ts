import { voice } from '@livekit/agents';
import { AudioFrame, type AudioSource, type Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { VOICE_SAMPLE_RATE } from '../src/providers/prepared-audio.ts';

/** Audio handed over ahead of playing: the framework's default, so that an interruption has little to drop. */
const QUEUE_MS = 200;
/** Prepared audio is handed over in pieces this long. */
const PIECE = VOICE_SAMPLE_RATE / 20;

/** Prepared audio that is being played. */
interface Prompt {
  readonly interruptible: boolean;
  stopped: boolean;
  stop: () => void;
  readonly done: Promise<void>;
}

/**
 * Our end of the line: the one track the caller hears. The session speaks through it; prepared audio is played on it directly, so that it
 * needs neither a session nor a voice: the greeting before there is a session, a filler while the session thinks, the last sentence when
 * nothing else works. The two never overlap: what the session says waits for the prompt to end.
 */
export class Receiver extends voice.ParticipantAudioOutput {
  readonly #published: Promise<void>;
  readonly #abort = new AbortController();
  #prompt: Prompt | undefined;
  #cleared = 0;
  #hushed = 0;
  #lastFrameAt = 0;

  /**
   * Publishes the track at once, before anything is known of the call: it is what makes the bridge answer, and the bridge takes its time while
   * the clinic is looked up.
   */
  constructor(room: Room) {
    super(room, {
      sampleRate: VOICE_SAMPLE_RATE,
      numChannels: 1,
      trackPublishOptions: new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
      queueSizeMs: QUEUE_MS,
    });
    this.#published = this.start(this.#abort.signal);
    this.#published.catch(() => undefined); // `attach` and `play` tell, unless the call ends before
  }

  /** True while prepared audio is on the line. */
  get prompting(): boolean {
    return this.#prompt !== undefined;
  }

  /** When the session last handed over a frame (`performance.now()`); 0 before the first. */
  get lastFrameAt(): number {
    return this.#lastFrameAt;
  }

  /** Makes a session speak through this track. Rejects when it could not be published. */
  async attach<T>(session: voice.AgentSession<T>): Promise<void> {
    session.output.audio = this;
    await this.#published;
  }

  /**
   * Plays 16-bit mono samples at {@link VOICE_SAMPLE_RATE}, after whatever is playing.
   * @returns True when all of it was played, false when it was stopped.
   */
  async play(samples: Int16Array, { interruptible = true } = {}): Promise<boolean> {
    const hushed = this.#hushed;
    await this.#published;
    // What the session is saying is said first; whoever is in a hurry interrupts it. A sentence may have begun as the last prompt ended.
    while (this.#prompt !== undefined || this.pendingPlayoutSegments > 0) {
      await (this.#prompt?.done ?? this.waitForPlayout());
    }
    if (interruptible && hushed !== this.#hushed) return false;
    const prompt = this.#begin(interruptible);
    try {
      const source = this.#source;
      for (let offset = 0; offset < samples.length && !prompt.stopped; offset += PIECE) {
        const piece = samples.slice(offset, offset + PIECE);
        await source.captureFrame(new AudioFrame(piece, VOICE_SAMPLE_RATE, 1, piece.length));
      }
      if (!prompt.stopped) await source.waitForPlayout();
      return !prompt.stopped;
    } finally {
      this.#prompt = undefined;
      prompt.stop();
    }
  }

  /** Stops prepared audio that may be interrupted. */
  stopPrompt(): void {
    if (this.#prompt?.interruptible !== true) return;
    this.#prompt.stopped = true;
    this.#source.clearQueue();
  }

  /** Stops prepared audio that may be interrupted, and what waits to be played. */
  hush(): void {
    this.#hushed += 1;
    this.stopPrompt();
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    const cleared = this.#cleared;
    this.#lastFrameAt = performance.now();
    while (this.#prompt !== undefined) await this.#prompt.done;
    // The speech that this frame belongs to was interrupted while it waited.
    if (cleared !== this.#cleared) return;
    await super.captureFrame(frame);
    this.#lastFrameAt = performance.now();
  }

  override clearBuffer(): void {
    this.#cleared += 1;
    super.clearBuffer();
  }

  /** Unpublishes. */
  override async close(): Promise<void> {
    this.#abort.abort();
    await super.close();
  }

  /** The framework keeps it to itself; a test that plays a prompt through a room would notice if it were gone. */
  get #source(): AudioSource {
    return this['audioSource'] as AudioSource;
  }

  #begin(interruptible: boolean): Prompt {
    let stop: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (stop = resolve));
    const prompt: Prompt = { interruptible, stopped: false, stop, done };
    this.#prompt = prompt;
    return prompt;
  }
}
