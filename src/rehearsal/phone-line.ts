import {
  AudioStream,
  DisconnectReason,
  dispose,
  LocalAudioTrack,
  ParticipantKind,
  type RemoteParticipant,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import { LINE_RATE } from './audio.ts';
import { OutgoingAudio, type Played } from './outgoing.ts';
import { TRANSFERRED_ATTRIBUTE, type SipCallStatus } from './sip-call.ts';

/** Frames of received sound: 20 ms halves the events of 10 ms, and the onset is looked for inside. */
export const RECEIVED_FRAME_MS = 20;
/** The status change is news for the agent only: a server that has gone must not hold up hanging up. */
const HANGUP_NEWS_MS = 300;
/** A quick finger: the key held for 100 ms, then a pause. */
const DTMF_SPACING_MS = 150;
/** A jitter buffer's length changes over seconds: it begins near 80 ms and settles near 30. A reading takes 4 ms, most of them not ours. */
const STATS_EVERY_MS = 250;
/** WebRTC counts samples at this rate, whatever ours is. */
const DECODER_RATE = 48_000;
const DTMF_KEYS = '0123456789*#';

/** Who ended a call: `line` is the network or the server, `transferred` means that the caller is with somebody else now. */
export type EndedBy = 'agent' | 'caller' | 'line' | 'transferred';

/** What the line tells; times are `performance.now()` milliseconds. */
export interface PhoneLineEvents {
  /**
   * A frame of {@link RECEIVED_FRAME_MS} at {@link LINE_RATE}, mono, that came out of the jitter buffer at `arrivedAt`, in which it had
   * been for `bufferedMs` since it was received.
   */
  onAudio(trackId: string, pcm: Int16Array, arrivedAt: number, bufferedMs: number): void;
  /** An agent is in the room. */
  onAgentJoined?(at: number): void;
  /** An agent's audio track is subscribed: the moment at which the bridge answers the call. */
  onAgentAudio(at: number): void;
  onAgentLeft(at: number): void;
  /** The far side hung up, the call was transferred, or the line broke; once, and not after {@link PhoneLine.close}. */
  onEnded(by: EndedBy, at: number): void;
}

/** Sound that never came and was made up by the jitter buffer, so far. */
export interface SoundLoss {
  readonly concealedMs: number;
  /** How often. */
  readonly concealments: number;
}

/** One leg of a telephone call: a participant in a LiveKit room that behaves like LiveKit's SIP bridge. */
export class PhoneLine {
  readonly #room = new Room();
  readonly #outgoing: OutgoingAudio;
  readonly #events: PhoneLineEvents;
  readonly #streams = new Set<ReadableStreamDefaultReader>();
  readonly #reading = new Set<Promise<void>>();
  readonly #loss = new Map<string, SoundLoss>();
  /** WebRTC's sums over all tracks: seconds spent in the jitter buffer, and samples that left it. */
  #buffered = { seconds: 0, samples: 0 };
  #bufferedMs = 0;
  #statsTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #ended = false;

  private constructor(events: PhoneLineEvents, noiseDbfs: number | undefined) {
    this.#events = events;
    this.#outgoing = new OutgoingAudio(noiseDbfs);
  }

  /**
   * Joins the room of `token` and starts sending, on a bed of noise of this level.
   * @throws OpenhoursError SERVICE_UNREACHABLE when the room cannot be joined.
   */
  static async open(
    url: string,
    token: string,
    events: PhoneLineEvents,
    noiseDbfs?: number,
  ): Promise<PhoneLine> {
    const line = new PhoneLine(events, noiseDbfs);
    line.#listen();
    try {
      await line.#room.connect(url, token, { autoSubscribe: true, dynacast: false });
      const track = LocalAudioTrack.createAudioTrack('phone', line.#outgoing.source);
      const options = new TrackPublishOptions({
        source: TrackSource.SOURCE_MICROPHONE,
        dtx: false,
        red: false,
      });
      await line.#room.localParticipant?.publishTrack(track, options);
    } catch (cause) {
      await line.close();
      throw new OpenhoursError('SERVICE_UNREACHABLE', `the call could not be placed over ${url}`, { cause });
    }
    line.#statsTimer = setInterval(() => void line.#readStats(), STATS_EVERY_MS);
    return line;
  }

  /** What was lost of the received sound, up to 250 ms ago; silence that was made up does not count. */
  get soundLoss(): SoundLoss {
    const tracks = [...this.#loss.values()];
    return {
      concealedMs: tracks.reduce((sum, { concealedMs }) => sum + concealedMs, 0),
      concealments: tracks.reduce((sum, { concealments }) => sum + concealments, 0),
    };
  }

  /** Sends speech; see {@link OutgoingAudio.play}. */
  play(pcm: Int16Array): Promise<Played> {
    return this.#outgoing.play(pcm);
  }

  /** Sets `sip.callStatus`. */
  async setStatus(status: SipCallStatus): Promise<void> {
    await this.#room.localParticipant?.setAttributes({ 'sip.callStatus': status });
  }

  /**
   * Presses keys, one after the other; resolves when the last is sent.
   * @throws OpenhoursError INPUT_INVALID for anything but 0–9, * and #.
   */
  async sendDtmf(digits: string): Promise<void> {
    if (![...digits].every((digit) => DTMF_KEYS.includes(digit))) {
      throw new OpenhoursError('INPUT_INVALID', `not keys of a telephone: ${digits}`);
    }
    for (const [i, digit] of [...digits].entries()) {
      if (i > 0) await delay(DTMF_SPACING_MS);
      await this.#room.localParticipant?.publishDtmf(DTMF_KEYS.indexOf(digit), digit); // code 10 is *, 11 is #
    }
  }

  /** Hangs up, if nobody has, and releases everything that the line holds. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#statsTimer);
    if (this.#room.isConnected) {
      await this.#readStats();
      await Promise.race([this.setStatus('hangup').catch(() => undefined), delay(HANGUP_NEWS_MS)]);
    }
    await Promise.all([...this.#streams].map((stream) => stream.cancel().catch(() => undefined)));
    await Promise.all(this.#reading);
    await this.#outgoing.close();
    await this.#room.disconnect().catch(() => undefined); // it may have been disconnected from the other side
    this.#room.removeAllListeners();
  }

  async #readStats(): Promise<void> {
    if (!this.#room.isConnected) return;
    // Reading fails when the line ends meanwhile; the last values stay.
    const stats = await this.#room.getRtcStats().catch(() => undefined);
    const buffered = { seconds: 0, samples: 0 };
    for (const { stats: entry } of [...(stats?.publisherStats ?? []), ...(stats?.subscriberStats ?? [])]) {
      if (entry.case !== 'inboundRtp' || entry.value.stream?.kind !== 'audio' || !entry.value.inbound)
        continue;
      const {
        concealedSamples = 0n,
        silentConcealedSamples = 0n,
        concealmentEvents = 0n,
      } = entry.value.inbound;
      this.#loss.set(String(entry.value.stream.ssrc), {
        concealedMs: (Number(concealedSamples - silentConcealedSamples) / DECODER_RATE) * 1_000,
        concealments: Number(concealmentEvents),
      });
      buffered.seconds += entry.value.inbound.jitterBufferDelay ?? 0;
      buffered.samples += Number(entry.value.inbound.jitterBufferEmittedCount ?? 0n);
    }
    const samples = buffered.samples - this.#buffered.samples;
    // Fewer when a track has gone: then the next reading tells.
    if (samples > 0) this.#bufferedMs = ((buffered.seconds - this.#buffered.seconds) / samples) * 1_000;
    this.#buffered = buffered;
  }

  #listen(): void {
    this.#room
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => this.#hear(track, participant))
      .on(RoomEvent.ParticipantConnected, (participant) => {
        if (participant.kind === ParticipantKind.AGENT) this.#events.onAgentJoined?.(performance.now());
      })
      .on(RoomEvent.ParticipantDisconnected, (participant) => {
        if (participant.kind === ParticipantKind.AGENT) this.#events.onAgentLeft(performance.now());
      })
      .on(RoomEvent.ParticipantAttributesChanged, (changed, participant) => {
        if (participant === this.#room.localParticipant) this.#heedBridge(changed);
      })
      .on(RoomEvent.Disconnected, (reason) => {
        if (this.#closing) return;
        const byAgent = [
          DisconnectReason.ROOM_DELETED,
          DisconnectReason.PARTICIPANT_REMOVED,
          DisconnectReason.ROOM_CLOSED,
        ];
        this.#end(byAgent.includes(reason) ? 'agent' : 'line');
        void this.close();
      });
  }

  /** The stand-in for the bridge speaks to this side of it through its attributes. */
  #heedBridge(changed: Record<string, string>): void {
    if (this.#closing) return;
    if (changed[TRANSFERRED_ATTRIBUTE] !== undefined) this.#end('transferred');
    // The BYE of a call that was transferred: this leg leaves by itself, as the real bridge's does.
    if (this.#ended && changed['sip.callStatus'] === 'hangup') void this.close();
  }

  #end(by: EndedBy): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnded(by, performance.now());
  }

  #hear(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== TrackKind.KIND_AUDIO || this.#closing) return;
    const at = performance.now();
    const reader = new AudioStream(track, {
      sampleRate: LINE_RATE,
      numChannels: 1,
      frameSizeMs: RECEIVED_FRAME_MS,
    }).getReader();
    this.#streams.add(reader);
    const reading = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#events.onAudio(track.sid ?? '', value.data, performance.now(), this.#bufferedMs);
      }
    })().finally(() => {
      this.#streams.delete(reader);
      this.#reading.delete(reading);
    });
    this.#reading.add(reading);
    if (participant.kind === ParticipantKind.AGENT) this.#events.onAgentAudio(at);
  }
}

/** Ends the native library of all lines. Once, at the end of the process: no call can be placed afterwards. */
export function disposeLines(): Promise<void> {
  return dispose();
}
