import { EventEmitter } from 'node:events';
import { voice } from '@livekit/agents';
import type { AnnounceOptions, Announced } from '../../agent/announcer.ts';
import type { CallState } from '../../agent/call-state.ts';
import type { LiveCall } from '../../agent/live-call.ts';
import { ProviderTrouble } from '../../agent/provider-trouble.ts';
import type { OwedCallback } from '../../src/clinic/tasks.ts';
import type { CallOutcome } from '../../src/clinic/calls.ts';
import type { TaskId } from '../../src/clinic/ids.ts';
import type { TransferOutcome } from '../../src/providers/sip-transfer.ts';
import { makeCall } from './call-state.ts';
import type { SqlFunction } from './database.ts';
import type { LogLine } from './log.ts';

const { AgentStateChanged, Close, ConversationItemAdded, UserInputTranscribed, UserStateChanged } =
  voice.AgentSessionEventTypes;

/** A sentence of ours, as it reached the line. */
export interface SaidSentence {
  text: string;
  /** Since the call was made. */
  atMs: number;
  interruptible: boolean;
  result?: Announced;
}

/** A session without ears, model or voice: a test says what happens in it. */
export class FakeSession extends EventEmitter {
  agentState = 'listening';
  userState = 'listening';
  hears = true;
  interrupted = 0;
  /** What it was given to say. */
  readonly said: string[] = [];
  readonly input = { setAudioEnabled: (enabled: boolean) => void (this.hears = enabled) };

  say(text: string): void {
    this.said.push(text);
  }

  interrupt(): void {
    this.interrupted += 1;
    this.agent('listening');
  }

  agent(newState: 'speaking' | 'listening' | 'thinking'): void {
    this.agentState = newState;
    this.emit(AgentStateChanged, { newState });
  }

  caller(newState: 'speaking' | 'listening'): void {
    this.userState = newState;
    this.emit(UserStateChanged, { newState });
  }

  /** The recogniser is sure of some words; the turn goes on. */
  hear(transcript: string, isFinal = true): void {
    this.emit(UserInputTranscribed, { transcript, isFinal });
  }

  /** A whole turn of the caller, or of the agent, stands in the conversation. */
  turn(role: 'user' | 'assistant', text: string, { interrupted = false } = {}): void {
    const item = {
      type: 'message',
      role,
      textContent: text,
      createdAt: Date.now(),
      interrupted,
      metrics: {},
    };
    this.emit(ConversationItemAdded, { item });
  }

  close(reason: string, error?: unknown): void {
    this.emit(Close, { reason, error });
  }
}

/** A call without a room: what its parts do is played, and takes the time it is given. */
export class FakeCall {
  readonly startedAt = performance.now();
  readonly session = new FakeSession();
  readonly room = new EventEmitter();
  readonly trouble = new ProviderTrouble();
  readonly said: SaidSentence[] = [];
  /** Numbers to which the caller was sent. */
  readonly transfers: { to: string; ringingMs: number; atMs: number }[] = [];
  /** What the clinic owes the caller. */
  readonly owed: { what: 'callback' | 'message'; body: unknown; atMs: number }[] = [];
  readonly receiver = {
    prompting: false,
    lastFrameAt: 0,
    stopped: 0,
    stopPrompt: () => this.#stopPrompt(),
    hush: () => this.#stopPrompt(),
  };
  dispatched = 0;
  /** How long a sentence of ours takes; never ends when it is Infinity. */
  sentenceMs: (text: string) => number = () => 1_000;
  /** What dispatching another agent does. */
  dispatch: () => Promise<void> = () => Promise.resolve();
  others: unknown[] = [];
  callerLeft = false;
  /** The caller's sound does not reach us. */
  callerUnheard = false;
  reconnecting = false;
  transferring: () => Promise<TransferOutcome> = () => Promise.resolve('completed');
  storing: () => Promise<void> = () => Promise.resolve();
  readonly call: LiveCall;
  readonly state: CallState;
  readonly lines: LogLine[];
  #stop: () => void = () => undefined;

  constructor(overrides: Partial<CallState> = {}, functions: Record<string, SqlFunction> = {}) {
    const { state, lines } = makeCall([], overrides, functions);
    this.state = state;
    this.lines = lines;
    // Only what the parts under test use of each.
    this.call = {
      session: this.session,
      state,
      announcer: { say: (text: string, options?: AnnounceOptions) => this.#say(text, options) },
      receiver: this.receiver,
      line: {
        isCaller: ({ identity }: { identity: string }) => identity === 'caller',
        callerLeft: () => this.callerLeft,
        callerUnheard: () => this.callerUnheard,
        reconnecting: () => this.reconnecting,
        otherAgents: () => this.others,
        dispatchSuccessor: () => {
          this.dispatched += 1;
          return this.dispatch();
        },
        transfer: (to: string, ringingMs: number) => {
          this.transfers.push({ to, ringingMs, atMs: this.now });
          return this.transferring();
        },
      },
      room: this.room,
      tasks: {
        oweCallback: (_: unknown, reason: string) => this.#owe('callback', reason),
        leaveMessage: (_: unknown, message: { body: unknown }) => this.#owe('message', message.body),
      },
      trouble: this.trouble,
      usage: { take: () => ({}) },
      owesAnswer: false,
      log: state.log,
    } as unknown as LiveCall;
  }

  /** Since the call was made. */
  get now(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  /** The sentences that were said, and when each began. */
  get heard(): [string, number][] {
    return this.said.map(({ text, atMs }) => [text, atMs]);
  }

  /** The sentences that were heard to their end. */
  get whole(): string[] {
    return this.said.flatMap(({ text, result }) => (result === 'heard' ? [text] : []));
  }

  async #say(text: string, { interruptible = true, withinMs = Infinity }: AnnounceOptions = {}) {
    const sentence: SaidSentence = { text, atMs: this.now, interruptible };
    this.said.push(sentence);
    this.receiver.prompting = true;
    sentence.result = await new Promise<Announced>((resolve) => {
      this.#stop = () => {
        if (interruptible) resolve('stopped');
      };
      const takesMs = this.sentenceMs(text);
      if (takesMs < Infinity) setTimeout(() => resolve('heard'), takesMs);
      if (withinMs < Infinity) setTimeout(() => resolve('unspoken'), withinMs);
    });
    this.receiver.prompting = false;
    return sentence.result;
  }

  #stopPrompt(): void {
    this.receiver.stopped += 1;
    this.#stop();
  }

  async #owe(what: 'callback' | 'message', body: unknown): Promise<OwedCallback> {
    await this.storing();
    this.owed.push({ what, body, atMs: this.now });
    return { task_id: 'task-invented' as TaskId, outcome: 'callback_owed' as CallOutcome };
  }
}
