import { type APIConnectOptions, DEFAULT_API_CONNECT_OPTIONS, llm, shortuuid } from '@livekit/agents';
import { FALLBACK } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type BreakerSettings, type Candidate, candidates, reasonOf, Watched } from './provider-events.ts';

/** What a {@link FallbackLanguage} takes. */
export interface FallbackLanguageOptions {
  /** What the caller hears when no model answers. */
  readonly apology: string;
  readonly log?: Logger;
  /** No model answered; the apology was said. */
  readonly onLost?: () => void;
  /** The longest wait for words or a whole tool call, in ms: the models' own limits on their connections are shorter. */
  readonly answerMs?: number;
  readonly breaker?: BreakerSettings;
}

type ChatOptions = Parameters<llm.LLM['chat']>[0];

/**
 * Several language models as one. A model that refuses, or says nothing in time, is replaced by the next within the same answer, as long as
 * nothing of it was said; once words are out, no other model starts over, for it might contradict them: the answer ends there. If those words
 * ended a sentence ("One moment."), a tool call was probably under way, and the next model is asked for that alone.
 *
 * It never emits an `error`, of which the framework counts four and then closes the session: when no model answers the caller hears the
 * apology and `onLost` is told.
 */
export class FallbackLanguage extends llm.LLM {
  readonly #models: readonly Candidate<llm.LLM>[];
  readonly #options: FallbackLanguageOptions;
  #answering: llm.LLM;

  /** @throws INPUT_INVALID without a model. */
  constructor(models: readonly llm.LLM[], options: FallbackLanguageOptions) {
    super();
    const [first] = models;
    if (first === undefined) throw new OpenhoursError('INPUT_INVALID', 'a language model is needed');
    this.#answering = first;
    this.#models = candidates(models, options.breaker);
    this.#options = options;
  }

  override label(): string {
    return 'openhours.FallbackLanguage';
  }

  /** That of the model that answered last. */
  override get model(): string {
    return this.#answering.model;
  }

  override get provider(): string {
    return this.#answering.provider;
  }

  override chat(options: ChatOptions): llm.LLMStream {
    const answer = new Answer(this.#models, this.#options, (model) => (this.#answering = model));
    return new FallbackStream(this, options, answer);
  }

  protected override async _prewarmImpl(): Promise<void> {
    this.#models[0]?.provider.prewarm();
  }

  override async aclose(): Promise<void> {
    await super.aclose();
    await Promise.all(this.#models.map(({ provider }) => provider.aclose()));
  }
}

class FallbackStream extends llm.LLMStream {
  readonly #options: ChatOptions;
  readonly #answer: Answer;

  constructor(owner: FallbackLanguage, options: ChatOptions, answer: Answer) {
    const { chatCtx, toolCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS } = options;
    super(owner, { chatCtx, ...(toolCtx === undefined ? {} : { toolCtx }), connOptions });
    this.#options = options;
    this.#answer = answer;
  }

  protected override async run(): Promise<void> {
    const put = (chunk: llm.ChatChunk): void => {
      if (!this.queue.closed && !this.abortController.signal.aborted) this.queue.put(chunk);
    };
    await this.#answer.give(this.#options, put, this.abortController.signal);
  }
}

/** How one model's try ended. */
interface Tried {
  readonly complete: boolean;
  /** It gave words or a call, though perhaps not all. */
  readonly answered: boolean;
  /** What was wrong. */
  readonly reason: string;
}

/** One answer, from whichever models it takes. */
class Answer {
  readonly #models: readonly Candidate<llm.LLM>[];
  readonly #options: FallbackLanguageOptions;
  readonly #onModel: (model: llm.LLM) => void;
  #said = '';
  #called = false;

  constructor(
    models: readonly Candidate<llm.LLM>[],
    options: FallbackLanguageOptions,
    onModel: (model: llm.LLM) => void,
  ) {
    this.#models = models;
    this.#options = options;
    this.#onModel = onModel;
  }

  /** Hands the chunks to `put`; never rejects. */
  async give(asked: ChatOptions, put: (chunk: llm.ChatChunk) => void, signal: AbortSignal): Promise<void> {
    const { log, apology, onLost } = this.#options;
    for (const model of this.#models) {
      if (!model.breaker.allows()) continue;
      const { complete, answered, reason } = await this.#try(model.provider, asked, put, signal);
      if (complete || (signal.aborted && answered)) return model.breaker.succeeded();
      if (signal.aborted) return model.breaker.abandoned();
      model.breaker.failed();
      const { provider, model: name } = model.provider;
      log?.warn({ provider, model: name, reason, breaker: model.breaker.state }, 'language model failed');
      if (this.#called || (this.#said !== '' && !this.#mayCall(asked))) return;
    }
    if (this.#said !== '' || signal.aborted) return;
    log?.warn({ models: this.#models.length }, 'no language model answers');
    put({ id: shortuuid(), delta: { role: 'assistant', content: apology } });
    onLost?.();
  }

  /** Words that end a sentence may have announced a tool call. */
  #mayCall({ toolCtx }: ChatOptions): boolean {
    const hasTools =
      toolCtx !== undefined && Object.keys(llm.toToolContext(toolCtx)?.functionTools ?? {}).length > 0;
    return hasTools && /[.!?…]["')\]]*\s*$/.test(this.#said);
  }

  async #try(
    model: llm.LLM,
    asked: ChatOptions,
    put: (chunk: llm.ChatChunk) => void,
    signal: AbortSignal,
  ): Promise<Tried> {
    const { answerMs = FALLBACK.languageAnswerMs } = this.#options;
    const connOptions: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
    /** Another model's words would not follow from those that were said. */
    const toolsOnly = this.#said !== '';
    const watched = new Watched();
    let answered = false;
    let late = false;
    let timer: NodeJS.Timeout | undefined;
    let stream: llm.LLMStream | undefined;
    const stop = (): void => stream?.close();
    const arm = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => ((late = true), stop()), answerMs);
    };
    try {
      stream = watched.run(() => model.chat({ ...asked, connOptions }));
      signal.addEventListener('abort', stop, { once: true });
      arm();
      for await (const chunk of stream) {
        if (!this.#take(model, chunk, toolsOnly, put)) continue;
        answered = true;
        arm();
      }
    } catch (error) {
      watched.error ??= error instanceof Error ? error : new Error(String(error));
    }
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
    const { error } = watched;
    const complete = answered && !late && error === undefined && !signal.aborted;
    return { complete, answered, reason: late ? 'timeout' : reasonOf(error) };
  }

  /** Passes a chunk on; true if it holds words or a call. */
  #take(
    model: llm.LLM,
    chunk: llm.ChatChunk,
    toolsOnly: boolean,
    put: (chunk: llm.ChatChunk) => void,
  ): boolean {
    const answers = llm.hasResponse(chunk);
    if (answers) this.#onModel(model);
    const { content, toolCalls = [] } = chunk.delta ?? {};
    if (toolsOnly && content !== undefined && chunk.delta !== undefined) {
      if (toolCalls.length > 0) put({ ...chunk, delta: { role: chunk.delta.role, toolCalls } });
    } else {
      put(chunk);
      this.#said += content ?? '';
    }
    this.#called ||= toolCalls.length > 0;
    return answers;
  }
}
