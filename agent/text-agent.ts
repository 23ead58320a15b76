import { llm, voice } from '@livekit/agents';
import { type CallOutcome, Calls } from '../src/clinic/calls.ts';
import { ClaimsLedger } from '../src/clinic/claims-ledger.ts';
import { offeredLanguages } from '../src/clinic/languages.ts';
import type { Database } from '../src/clinic/database.ts';
import type { CallId, WorkerId } from '../src/clinic/ids.ts';
import {
  LOST_TURN_TEXT,
  SILENCE_GOODBYE_TEXT,
  SILENCE_TEXTS,
  STOPPING_TEXT,
  inLanguage,
  openingTexts,
} from '../src/clinic/sentences.ts';
import { CALL, SILENCE } from '../src/config/defaults.ts';
import type { Config } from '../src/config/load.ts';
import { OpenhoursError } from '../src/errors.ts';
import type { Logger } from '../src/log.ts';
import { useLoggerForFramework } from '../src/providers/framework-log.ts';
import { createLanguageModel } from '../src/providers/language.ts';
import { type CallState, callKey } from './call-state.ts';
import { settleTransfer } from './connect.ts';
import { LanguageFollower } from './follow-language.ts';
import { takeKeys } from './keys.ts';
import { Ledger } from './ledger.ts';
import { newCallState } from './new-call-state.ts';
import { Receptionist } from './receptionist.ts';
import { redactionFor } from './redaction.ts';
import { TurnTimes, recordItem } from './turn-times.ts';
import { UsageMeter } from './usage.ts';

/** What a call by text is given. */
export interface TextCallOptions {
  readonly db: Database;
  readonly openai: Config['openai'];
  readonly room: string;
  readonly callerNumber: string | undefined;
  readonly dialledNumber: string;
  readonly workerId: string;
  readonly nowMs: () => number;
  readonly transfer: (to: string) => Promise<'completed' | 'busy' | 'no_answer' | 'failed'>;
  readonly log: Logger;
}

type TextEnd = 'goodbye' | 'caller_hung_up' | 'caller_silent' | 'transferred' | 'lost_turns';

interface Answer {
  text: string;
  tools: { name: string; arguments: string; result: string }[];
  over: TextEnd | undefined;
}

/**
 * Opens a call and greets, as a voice call does, but in writing: the same receptionist, tools, model, framework and ledger, without a room and
 * without audio. For rehearsals.
 * @throws OpenhoursError CLINIC_UNKNOWN for a number that is nobody's; whatever the database says.
 */
export async function startTextAgent(options: TextCallOptions): Promise<TextAgent> {
  useLoggerForFramework(options.log);
  const calls = new Calls(options.db);
  const { room, callerNumber, dialledNumber } = options;
  const opened = await calls.open({
    room,
    callerNumber,
    dialledNumber,
    clinicSlug: undefined,
    workerId: options.workerId as WorkerId,
    shiftId: undefined,
  });
  const { clinic } = opened;
  if (clinic === null)
    throw new OpenhoursError('CLINIC_UNKNOWN', `no clinic has the number ${dialledNumber}`);
  const ledger = new Ledger(calls, { id: opened.call_id, epoch: opened.epoch }, options.log, {
    redaction: redactionFor(opened, Date.now),
  });
  const state = newCallState({ ...options, opened, clinic, ledger });
  const agent = new TextAgent(options, state);
  await agent.greet();
  return agent;
}

/** One call by text, from the agent's side. */
export class TextAgent {
  readonly callId: CallId;
  readonly epoch: number;
  readonly greeting: string;
  readonly #state: CallState;
  readonly #log: Logger;
  readonly #session: voice.AgentSession<CallState>;
  readonly #receptionist: Receptionist;
  readonly #usage: UsageMeter;
  readonly #transfer: TextCallOptions['transfer'];
  /** What has been said, and done, since the caller spoke. */
  #said: string[] = [];
  #tools: Answer['tools'] = [];
  #speeches: voice.SpeechHandle[] = [];
  #silences = 0;
  readonly #follower: LanguageFollower;
  readonly #facts: ClaimsLedger;
  /** The language that is on record. */
  #told: string;
  #lostTurns = 0;

  constructor({ db, openai, log, transfer }: TextCallOptions, state: CallState) {
    this.#transfer = transfer;
    this.callId = state.callId;
    this.epoch = state.epoch;
    this.greeting = openingTexts(state.clinic).join(' ');
    this.#follower = new LanguageFollower(offeredLanguages(state.clinic));
    this.#told = state.language;
    this.#facts = new ClaimsLedger(db);
    this.#state = state;
    this.#log = log;
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'assistant', content: this.greeting });
    this.#receptionist = new Receptionist(state, chatCtx);
    this.#session = new voice.AgentSession<CallState>({
      userData: state,
      llm: createLanguageModel({ openai }, {}, { log }),
      maxToolSteps: CALL.toolSteps,
      userAwayTimeout: null,
    });
    this.#usage = new UsageMeter(() => this.#session.usage.modelUsage);
    this.#record();
  }

  /** Puts everything on record as `conversation.ts` does. */
  #record(): void {
    const { ConversationItemAdded, FunctionToolsExecuted, SpeechCreated } = voice.AgentSessionEventTypes;
    const times = new TurnTimes();
    this.#session.on(ConversationItemAdded, ({ item }) => {
      if (item.type !== 'message') return;
      recordItem(this.#state.ledger, times, item);
      if (item.role !== 'assistant') return;
      this.#said.push(item.textContent ?? '');
      this.#state.ledger.used(this.#usage.take());
    });
    this.#session.on(SpeechCreated, ({ speechHandle }) => this.#speeches.push(speechHandle));
    this.#session.on(FunctionToolsExecuted, ({ functionCalls, functionCallOutputs }) => {
      for (const [index, { name, args }] of functionCalls.entries()) {
        this.#tools.push({ name, arguments: args, result: functionCallOutputs[index]?.output ?? '' });
      }
    });
  }

  /** Begins the session; the greeting is on record when this resolves. */
  async greet(): Promise<void> {
    const { ledger } = this.#state;
    ledger.answered(0);
    // A call says them one after the other, as here.
    for (const sentence of openingTexts(this.#state.clinic)) ledger.agentSaid(sentence, 0, {});
    if (this.#state.clinic.recording_line) {
      await this.#facts.note(callKey(this.#state), { recordingConsent: 'announced' });
    }
    await this.#session.start({ agent: this.#receptionist, record: false });
  }

  /** The caller has said something; resolves with the whole answer. */
  async hear(text: string): Promise<Answer> {
    const startedMs = performance.now();
    this.#begin();
    this.#silences = 0;
    this.#follow(text);
    try {
      const message = llm.ChatMessage.create({ role: 'user', content: text });
      await this.#receptionist.onUserTurnCompleted(this.#session.history.copy(), message);
      await this.#session.run({ userInput: text }).wait();
    } catch (error) {
      // The agent has answered by itself, and the model is not asked.
      if (!(error instanceof voice.StopResponse)) throw error;
    }
    await Promise.all(this.#speeches.map((speech) => speech.waitForPlayout()));
    const over = this.#heardNothingOfAgent() ? this.#loseTurn() : await this.#overNow();
    await this.#noteLanguage();
    this.#state.ledger.addToTurn({ latency_ms: Math.round(performance.now() - startedMs) });
    return this.#answer(over);
  }

  /** As `follow-language.ts` does it, by the words alone: nobody reports a language. */
  #follow(text: string): void {
    const next = this.#follower.hear(text, null, this.#state.language);
    if (next !== undefined) this.#state.language = next;
    this.#follower.turnOver();
  }

  async #noteLanguage(): Promise<void> {
    const { language } = this.#state;
    if (language === this.#told) return;
    this.#told = language;
    await this.#facts.note(callKey(this.#state), { language });
  }

  /** As `silence-guard.ts` does it: asks twice, then hangs up. */
  async hearNothing(): Promise<Answer> {
    this.#begin();
    const text = SILENCE_TEXTS[this.#silences];
    this.#silences += 1;
    this.#announce(text ?? SILENCE_GOODBYE_TEXT);
    return this.#answer(text === undefined ? 'caller_silent' : undefined);
  }

  /** The caller has pressed keys, and pauses then; those that nobody asked for are not heard. */
  async press(keys: string): Promise<Answer> {
    const turn = takeKeys(this.#state, keys);
    return turn === undefined ? await this.hearNothing() : await this.hear(turn);
  }

  /** Resolves when every row so far is written. */
  async settled(): Promise<void> {
    await this.#state.ledger.written();
  }

  /** Ends the call; resolves when its outcome is on record. */
  async end(how: TextEnd): Promise<{ outcome: CallOutcome; reason: string }> {
    this.#state.ledger.used(this.#usage.take());
    const outcome = this.#outcomeOf(how);
    await this.#state.ledger.close(outcome, how);
    return { outcome, reason: how };
  }

  /** Closes the session, which takes half a second of the framework's own: the next call need not wait for it. Never rejects. */
  async release(): Promise<void> {
    try {
      await this.#session.close();
    } catch (error) {
      this.#log.warn({ error }, 'a session could not be closed');
    }
  }

  /** As `conversation.ts` has it. */
  #outcomeOf(how: TextEnd): CallOutcome {
    if (how === 'transferred') return 'transferred';
    if (this.#state.booked.length > 0) return 'booked';
    if (how === 'lost_turns') return 'failed';
    return this.#state.ledger.turnIndex === 0 ? 'abandoned' : 'completed';
  }

  async #overNow(): Promise<TextEnd | undefined> {
    this.#lostTurns = 0;
    const wanted = this.#state.transferWish;
    if (wanted === undefined) return this.#state.goodbye ? 'goodbye' : undefined;
    this.#state.transferWish = undefined;
    const outcome = await this.#transfer(this.#state.clinic.staff_number ?? '');
    this.#log.info({ transfer: outcome }, 'transfer');
    const sentence = settleTransfer(this.#state, wanted.reason, outcome, 0);
    if (sentence === undefined) return 'transferred';
    this.#announce(sentence);
    return undefined;
  }

  #heardNothingOfAgent(): boolean {
    return this.#said.every((text) => text.trim() === '');
  }

  /** An answer that is none: the caller is asked to say it again, once. */
  #loseTurn(): TextEnd | undefined {
    this.#lostTurns += 1;
    const last = this.#lostTurns >= SILENCE.lostTurns;
    this.#announce(last ? STOPPING_TEXT : LOST_TURN_TEXT);
    return last ? 'lost_turns' : undefined;
  }

  #announce(sentence: string): void {
    const text = inLanguage(sentence, this.#state.language);
    this.#said.push(text);
    this.#state.ledger.agentSaid(text, Date.now(), {});
  }

  #begin(): void {
    this.#said = [];
    this.#tools = [];
    this.#speeches = [];
  }

  #answer(over: TextEnd | undefined): Answer {
    const text = this.#said.filter((part) => part.trim() !== '').join(' ');
    return { text, tools: this.#tools, over };
  }
}
