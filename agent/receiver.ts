import { voice } from '@livekit/agents';
import { type Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { VOICE_SAMPLE_RATE } from '../src/providers/prepared-audio.ts';

/** Audio handed over ahead of playing: the framework's default, so that an interruption has little to drop. */
const QUEUE_MS = 200;

/** Our end of the line: the track the caller hears. */
export class Receiver {
  readonly output: voice.ParticipantAudioOutput;
  readonly #published: Promise<void>;
  readonly #abort = new AbortController();

  /**
   * Publishes the track at once, before anything is known of the call: it is what makes the bridge answer, and the bridge takes its time while
   * the clinic is looked up.
   */
  constructor(room: Room) {
    this.output = new voice.ParticipantAudioOutput(room, {
      sampleRate: VOICE_SAMPLE_RATE,
      numChannels: 1,
      trackPublishOptions: new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
      queueSizeMs: QUEUE_MS,
    });
    this.#published = this.output.start(this.#abort.signal);
    this.#published.catch(() => undefined); // `attach` tells, unless the call ends before
  }

  /** Makes a session speak through this track. Rejects when it could not be published. */
  async attach<T>(session: voice.AgentSession<T>): Promise<void> {
    session.output.audio = this.output;
    await this.#published;
  }

  /** Unpublishes. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.output.close();
  }
}
