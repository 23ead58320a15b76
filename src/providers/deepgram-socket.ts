import { type Deepgram, DeepgramClient } from '@deepgram/sdk';
import { OpenhoursError } from '../errors.ts';
import { webSocketOrigin, WsTransport } from './ws-transport.ts';

/** What one live connection needs; durations in ms. */
export interface ListenOptions {
  readonly apiKey: string;
  /** http origin, such as `https://api.deepgram.com`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly language: string;
  readonly sampleRate: number;
  readonly endpointingMs: number;
  readonly utteranceEndMs: number;
  readonly keyterms: readonly string[];
  readonly handshakeMs: number;
  readonly keepAliveMs: number;
  readonly deafMs: number;
  readonly deafVoiceMs: number;
  readonly voiceRms: number;
  readonly finishMs: number;
}

/** A message of Deepgram's live protocol. */
export type ListenMessage =
  | Deepgram.listen.ListenV1Results
  | Deepgram.listen.ListenV1Metadata
  | Deepgram.listen.ListenV1UtteranceEnd
  | Deepgram.listen.ListenV1SpeechStarted;

type SdkSocket = Awaited<ReturnType<DeepgramClient['listen']['v1']['connect']>>;

/**
 * One live connection to Deepgram, from handshake to close. It never reconnects: {@link ended} says how it ended and the owner decides.
 * Keeps itself alive while no audio is sent, and ends itself when voice was sent and nothing came back for `deafMs`.
 */
export class DeepgramSocket {
  /** Settles once: undefined for an orderly end, else a RECOGNIZER_FAILED whose details hold `reason` and the HTTP `status`, if there was one. */
  readonly ended: Promise<OpenhoursError | undefined>;
  readonly #options: ListenOptions;
  readonly #onMessage: (message: ListenMessage) => void;
  #settle: (failure: OpenhoursError | undefined) => void = () => {};
  #sdk: SdkSocket | undefined;
  #transport: WsTransport | undefined;
  #watch: NodeJS.Timeout | undefined;
  #finishTimer: NodeJS.Timeout | undefined;
  #finishing = false;
  #over = false;
  #sentAt = Date.now();
  #voicedMs = 0;
  #voiceSince = 0;

  private constructor(options: ListenOptions, onMessage: (message: ListenMessage) => void) {
    this.#options = options;
    this.#onMessage = onMessage;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /**
   * Resolves with an open connection.
   * @throws RECOGNIZER_FAILED when the handshake is refused, hangs for `handshakeMs`, or `signal` aborts; details as in {@link ended}.
   */
  static async open(
    options: ListenOptions,
    onMessage: (message: ListenMessage) => void,
    signal: AbortSignal,
  ): Promise<DeepgramSocket> {
    const socket = new DeepgramSocket(options, onMessage);
    const opened = await Promise.race([socket.#connect(signal), socket.ended]);
    if (opened === 'open' && !signal.aborted) return socket;
    socket.close();
    throw opened instanceof OpenhoursError
      ? opened
      : failure('closed', 'Closed before the recogniser answered');
  }

  /** Sends 16-bit mono audio at once. */
  sendAudio(pcm: Int16Array): void {
    if (this.#over) return;
    this.#sentAt = Date.now();
    if (loudness(pcm) > this.#options.voiceRms) {
      if (this.#voicedMs === 0) this.#voiceSince = this.#sentAt;
      this.#voicedMs += (pcm.length / this.#options.sampleRate) * 1_000;
    }
    this.#transport?.send(pcm);
  }

  /** Asks for the result of everything sent so far. */
  finalize(): void {
    this.#control('Finalize');
  }

  /** Ends the audio: the last results still arrive, then the connection {@link ended}; after `finishMs` it is ended from here. */
  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    this.#control('CloseStream');
    this.#finishTimer = setTimeout(() => this.#end(undefined), this.#options.finishMs);
  }

  /** Ends the connection now; nothing stays open. */
  close(): void {
    this.#end(undefined);
  }

  async #connect(signal: AbortSignal): Promise<'open' | undefined> {
    const onAbort = (): void => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    void this.ended.then(() => signal.removeEventListener('abort', onAbort));
    const { options: connection, client } = this.#prepare();
    const sdk = await client.listen.v1.connect(connection);
    if (this.#over) return undefined;
    this.#sdk = sdk;
    const opened = new Promise<'open'>((resolve) => sdk.on('open', () => resolve('open')));
    sdk.on('message', (message) => this.#receive(message));
    sdk.on('error', (error) => this.#lost(error.message));
    sdk.on('close', (event) => this.#closed(event.code));
    sdk.connect();
    const how = await opened;
    this.#startWatch();
    return how;
  }

  #prepare() {
    const { apiKey, baseUrl, handshakeMs, keepAliveMs, keyterms, ...asked } = this.#options;
    const client = new DeepgramClient({
      apiKey,
      baseUrl: webSocketOrigin(baseUrl),
      transportFactory: (url, headers) =>
        (this.#transport = new WsTransport(url, headers, { handshakeMs, pingMs: keepAliveMs })),
    });
    const options = {
      model: asked.model,
      language: asked.language,
      encoding: 'linear16',
      sample_rate: asked.sampleRate,
      channels: 1,
      interim_results: 'true',
      punctuate: 'true',
      smart_format: 'true',
      vad_events: 'true',
      endpointing: asked.endpointingMs,
      utterance_end_ms: asked.utteranceEndMs,
      // Only the third generation takes key terms; others refuse the handshake.
      ...(keyterms.length > 0 && asked.model.startsWith('nova-3') ? { keyterm: [...keyterms] } : {}),
      // Not in the SDK's types: without it smart formatting holds a result back up to 3 s for a number to be completed.
      queryParams: { no_delay: true },
    };
    return { client, options };
  }

  #receive(message: ListenMessage): void {
    if (this.#over) return;
    this.#voicedMs = 0;
    this.#onMessage(message);
    // The protocol's last word: nothing follows, so there is no need to wait for the close.
    if (this.#finishing && message.type === 'Metadata') this.#end(undefined);
  }

  #startWatch(): void {
    const { keepAliveMs, deafMs, deafVoiceMs } = this.#options;
    const tickMs = Math.max(1, Math.min(keepAliveMs, deafMs) / 5);
    this.#sentAt = Date.now();
    this.#watch = setInterval(() => {
      const now = Date.now();
      if (this.#voicedMs >= deafVoiceMs && now - this.#voiceSince >= deafMs) {
        this.#end(failure('deaf', `Nothing came back for ${deafMs} ms although voice was sent`));
      } else if (now - this.#sentAt >= keepAliveMs - tickMs && !this.#finishing) {
        this.#sentAt = now;
        this.#control('KeepAlive');
      }
    }, tickMs).unref();
  }

  #control(type: 'KeepAlive' | 'Finalize' | 'CloseStream'): void {
    if (!this.#over) this.#transport?.send(JSON.stringify({ type }));
  }

  #closed(code: number): void {
    if (this.#finishing && code === 1000) this.#end(undefined);
    else this.#lost(`closed with code ${code}`);
  }

  #lost(detail: string): void {
    const status = this.#transport?.refusedStatus;
    const reason = status === undefined ? 'lost' : 'refused';
    this.#end(failure(reason, `The recogniser connection failed: ${detail}`, status));
  }

  #end(why: OpenhoursError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    clearTimeout(this.#finishTimer);
    this.#settle(why);
    this.#sdk?.close();
    this.#transport?.close();
  }
}

function failure(reason: string, message: string, status?: number): OpenhoursError {
  return new OpenhoursError('RECOGNIZER_FAILED', message, {
    details: { reason, ...(status === undefined ? {} : { status }) },
  });
}

/** Root mean square of 16-bit samples, 0 to 32,768. */
export function loudness(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return pcm.length === 0 ? 0 : Math.sqrt(sum / pcm.length);
}
