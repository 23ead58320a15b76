import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { LINE_RATE, levelDbfs } from '../src/rehearsal/audio.ts';
import type { LocalLiveKit } from '../src/local/livekit.ts';

const FRAME_SAMPLES = LINE_RATE / 100;
/** The caller has finished when it is quiet for this long. */
const QUIET_MS = 60;

/** A tone of 440 Hz at -15 dBFS: loud from its first block on. */
export const tone = (ms: number): Int16Array =>
  Int16Array.from(
    { length: (LINE_RATE * ms) / 1_000 },
    (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / LINE_RATE),
  );

/** An agent's participant that answers every time the caller has spoken, a known time later, with a tone. */
export class EchoAgent {
  readonly room = new Room();
  /** `performance.now()` when the first frame of each reply went to the native library. */
  readonly repliedAt: number[] = [];
  /** When the caller's last loud sound of each turn arrived here. */
  readonly heardUntil: number[] = [];
  /** When the caller fell silent, `undefined` while it speaks. */
  quietSince: number | undefined = 0;
  readonly keys: string[] = [];
  readonly callStatus: string[] = [];
  readonly #source = new AudioSource(LINE_RATE, 1, 40);
  readonly #stack: LocalLiveKit;
  readonly #delayMs: () => number;
  readonly #tone: Int16Array;
  #playing = false;
  #reading: Promise<void> | undefined;
  #stop: (() => Promise<unknown>) | undefined;

  constructor(stack: LocalLiveKit, options: { delayMs: () => number; toneMs?: number }) {
    this.#stack = stack;
    this.#delayMs = options.delayMs;
    this.#tone = tone(options.toneMs ?? 400);
  }

  async join(roomName: string): Promise<void> {
    const token = new AccessToken(this.#stack.apiKey, this.#stack.apiSecret, { identity: 'echo' });
    token.kind = 'agent';
    token.addGrant({ roomJoin: true, room: roomName, canPublish: true, canSubscribe: true, agent: true });
    this.room
      .on(RoomEvent.TrackSubscribed, (track) => this.#hear(track))
      .on(RoomEvent.DtmfReceived, (_code, digit) => this.keys.push(digit))
      .on(RoomEvent.ParticipantAttributesChanged, (changed) => {
        if (changed['sip.callStatus'] !== undefined) this.callStatus.push(changed['sip.callStatus']);
      });
    await this.room.connect(this.#stack.url, await token.toJwt());
    const track = LocalAudioTrack.createAudioTrack('voice', this.#source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await this.room.localParticipant?.publishTrack(track, options);
  }

  /** Speaks the tone, in real time, until it ends or is interrupted. */
  async speak(pcm = this.#tone): Promise<void> {
    this.#playing = true;
    this.repliedAt.push(performance.now());
    for (let at = 0; at < pcm.length && this.#playing; at += FRAME_SAMPLES) {
      const frame = pcm.slice(at, at + FRAME_SAMPLES);
      await this.#source.captureFrame(new AudioFrame(frame, LINE_RATE, 1, frame.length));
    }
    this.#playing = false;
  }

  /** Stops speaking, what is queued included. */
  interrupt(): void {
    this.#playing = false;
    this.#source.clearQueue();
  }

  /** Ends the call as an agent does: by deleting the room. */
  async hangUpCaller(): Promise<void> {
    const rooms = new RoomServiceClient(this.#stack.httpUrl, this.#stack.apiKey, this.#stack.apiSecret);
    await rooms.deleteRoom(this.room.name ?? '');
  }

  async leave(): Promise<void> {
    this.interrupt();
    await this.#stop?.();
    await this.#reading;
    await this.#source.close();
    await this.room.disconnect();
  }

  #hear(track: RemoteTrack): void {
    if (track.kind !== TrackKind.KIND_AUDIO) return;
    const reader = new AudioStream(track, {
      sampleRate: LINE_RATE,
      numChannels: 1,
      frameSizeMs: 10,
    }).getReader();
    this.#stop = () => reader.cancel();
    let loudUntil: number | undefined;
    this.#reading = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const now = performance.now();
        if (levelDbfs(value.data) > -45) {
          loudUntil = now;
          this.quietSince = undefined;
        } else if (loudUntil !== undefined && now - loudUntil >= QUIET_MS) {
          this.quietSince = now;
          this.#replyTo(loudUntil);
          loudUntil = undefined;
        }
      }
    })();
  }

  #replyTo(loudUntil: number): void {
    this.heardUntil.push(loudUntil);
    setTimeout(() => void this.speak(), Math.max(0, loudUntil + this.#delayMs() - performance.now()));
  }
}
