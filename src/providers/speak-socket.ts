import { DeepgramClient } from '@deepgram/sdk';
import { VOICE } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { webSocketOrigin, WsTransport } from './ws-transport.ts';

/** What a connection to the voice needs; limits in ms. */
export interface SpeakOptions {
  readonly apiKey: string;
  /** http origin, such as `https://api.deepgram.com`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly sampleRate: number;
  readonly speed: number | undefined;
  /** The longest silence while sound is owed. */
  readonly firstAudioMs: number;
  readonly handshakeMs: number;
  readonly pingMs: number;
}

/** Who hears an utterance: audio in any number of chunks, then exactly one of `done` and `lost`. */
export interface UtteranceListener {
  audio(pcm: Buffer): void;
  done(): void;
  lost(error: OpenhoursError): void;
}

type SdkSocket = Awaited<ReturnType<DeepgramClient['speak']['v1']['connect']>>;
/** The SDK types every `type` as any string, so that they do not tell the messages apart. */
type ServerMessage =
  | { type: 'Metadata'; request_id?: string }
  | { type: 'Flushed' | 'Cleared' | 'Warning' | 'Error'; description?: string };

/** One kept-open connection to Deepgram's voice; speaks one utterance at a time, any number after one another. */
export class SpeakSocket {
  /** Settles when the connection is over, for whatever reason. */
  readonly ended: Promise<OpenhoursError | undefined>;
  readonly openedAt = Date.now();
  readonly #options: SpeakOptions;
  #settle: (why: OpenhoursError | undefined) => void = () => {};
  #sdk: SdkSocket | undefined;
  #transport: WsTransport | undefined;
  #listener: UtteranceListener | undefined;
  #limit: NodeJS.Timeout | undefined;
  #over = false;
  #requestId = '';
  /** Flushed messages the present utterance waits for. */
  #owed = 0;
  #complete = false;
  /** A cut-off utterance may still send audio, until it says Cleared, or the last of its Flushed. */
  #discarding = false;
  #discardOwed = 0;
  #flushTimes: number[] = [];

  private constructor(options: SpeakOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** @throws SPEECH_FAILED when the handshake is refused (details hold the `status`), hangs, or `signal` aborts. */
  static async open(options: SpeakOptions, signal?: AbortSignal): Promise<SpeakSocket> {
    const socket = new SpeakSocket(options);
    const onAbort = (): void => socket.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    const opened = await Promise.race([socket.#connect(), socket.ended]);
    signal?.removeEventListener('abort', onAbort);
    if (opened === 'open' && signal?.aborted !== true) return socket;
    socket.close();
    throw opened instanceof OpenhoursError ? opened : failure('closed', 'Closed before the voice answered');
  }

  /** Deepgram's id of this connection, once known. */
  get requestId(): string {
    return this.#requestId;
  }

  /** Open, silent, and with Flush messages left for another utterance. */
  get ready(): boolean {
    return !this.#over && this.#listener === undefined && this.flushesLeft >= 2;
  }

  /** Flush messages Deepgram still takes within the present minute. */
  get flushesLeft(): number {
    const since = Date.now() - 60_000;
    this.#flushTimes = this.#flushTimes.filter((time) => time > since);
    return VOICE.flushesPerMinute - this.#flushTimes.length;
  }

  /** Starts an utterance. */
  begin(listener: UtteranceListener): void {
    this.#listener = listener;
    this.#owed = 0;
    this.#complete = false;
    if (this.#over) this.#finishUtterance(failure('lost', 'The voice connection is closed'));
  }

  /** Adds text to the utterance; it sounds after the next {@link flush}. */
  speak(text: string): void {
    this.#send({ type: 'Speak', text: text.endsWith(' ') ? text : `${text} ` });
  }

  /** Asks for the sound of the text so far. */
  flush(): void {
    if (this.#over) return;
    this.#owed += 1;
    this.#flushTimes.push(Date.now());
    this.#send({ type: 'Flush' });
    this.#arm();
  }

  /** No text follows: the listener is told `done` after the last sound. */
  complete(): void {
    this.#complete = true;
    if (this.#owed === 0) this.#finishUtterance(undefined);
  }

  /** Cuts the utterance off. The connection can take the next one at once: late audio of this one is dropped. */
  cancel(): void {
    if (this.#listener === undefined) return;
    this.#listener = undefined;
    clearTimeout(this.#limit);
    this.#discarding = true;
    this.#discardOwed = this.#owed;
    this.#send({ type: 'Clear' });
  }

  /** Ends the connection now; nothing stays open. */
  close(): void {
    this.#end(undefined);
  }

  async #connect(): Promise<'open' | undefined> {
    const { apiKey, baseUrl, handshakeMs, pingMs, model, sampleRate, speed } = this.#options;
    const client = new DeepgramClient({
      apiKey,
      baseUrl: webSocketOrigin(baseUrl),
      transportFactory: (url, headers) =>
        (this.#transport = new WsTransport(url, headers, { handshakeMs, pingMs }, (pcm) => this.#audio(pcm))),
    });
    const sdk = await client.speak.v1.connect({
      model,
      encoding: 'linear16',
      sample_rate: String(sampleRate),
      ...(speed === undefined ? {} : { speed }),
    });
    if (this.#over) return undefined;
    this.#sdk = sdk;
    const opened = new Promise<'open'>((resolve) => sdk.on('open', () => resolve('open')));
    sdk.on('message', (message) => this.#receive(message));
    sdk.on('error', (error) => this.#lost(error.message));
    sdk.on('close', (event) => this.#lost(`closed with code ${event.code}`));
    sdk.connect();
    return opened;
  }

  #receive(reply: object | string): void {
    if (typeof reply === 'string') return;
    const message = reply as ServerMessage;
    switch (message.type) {
      case 'Metadata':
        this.#requestId = message.request_id ?? this.#requestId;
        return;
      case 'Cleared':
        this.#discarding = false;
        return;
      case 'Flushed':
        return this.#flushed();
      case 'Error':
        return this.#lost('the service reported an error');
      default:
    }
  }

  #flushed(): void {
    if (this.#discarding) {
      this.#discardOwed -= 1;
      if (this.#discardOwed <= 0) this.#discarding = false;
      return;
    }
    if (this.#listener === undefined || this.#owed === 0) return;
    this.#owed -= 1;
    clearTimeout(this.#limit);
    if (this.#owed > 0) this.#arm();
    else if (this.#complete) this.#finishUtterance(undefined);
  }

  #audio(pcm: Buffer): void {
    if (this.#discarding || this.#listener === undefined) return;
    if (this.#owed > 0) this.#arm();
    this.#listener.audio(pcm);
  }

  #arm(): void {
    clearTimeout(this.#limit);
    const { firstAudioMs } = this.#options;
    this.#limit = setTimeout(() => {
      this.#end(failure('timeout', `The voice sent nothing for ${firstAudioMs} ms`));
    }, firstAudioMs);
  }

  #finishUtterance(error: OpenhoursError | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    clearTimeout(this.#limit);
    if (error === undefined) listener?.done();
    else listener?.lost(error);
  }

  #send(message: object): void {
    if (!this.#over) this.#transport?.send(JSON.stringify(message));
  }

  #lost(detail: string): void {
    const status = this.#transport?.refusedStatus;
    const reason = status === undefined ? 'lost' : 'refused';
    this.#end(failure(reason, `The voice connection failed: ${detail}`, status));
  }

  #end(why: OpenhoursError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle(why);
    this.#sdk?.close();
    this.#transport?.close();
    this.#finishUtterance(why ?? failure('closed', 'The voice was closed'));
  }
}

function failure(reason: string, message: string, status?: number): OpenhoursError {
  return new OpenhoursError('SPEECH_FAILED', message, {
    details: { reason, ...(status === undefined ? {} : { status }) },
  });
}
