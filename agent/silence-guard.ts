import { voice } from '@livekit/agents';
import {
  FILLER_TEXTS,
  LOST_TURN_TEXT,
  NOT_HEARD_TEXT,
  SILENCE_GOODBYE_TEXT,
  SILENCE_TEXTS,
} from '../src/clinic/sentences.ts';
import { SILENCE, TURNS } from '../src/config/defaults.ts';
import type { LiveCall } from './live-call.ts';

/** What the guard reports; each ends the conversation. */
export interface SilenceReports {
  /** Nobody has spoken, and the caller was told that we hang up. */
  callerSilent: () => void;
  /** This agent does not work: it hears nothing, says nothing, or answers nothing. `everywhere`: nor would another one. */
  broken: (how: 'deaf' | 'mute' | 'lost_turns' | 'voiceless', everywhere: boolean) => void;
}

const { AgentStateChanged, UserStateChanged, ConversationItemAdded } = voice.AgentSessionEventTypes;

/**
 * Sees to it that no silence gets long, whoever owes the next word: a filler while an answer takes time, an excuse when it does not come, a
 * question when the caller says nothing. It looks at the line ten times a second, and needs no voice and no language model for what it says.
 */
export class SilenceGuard {
  readonly #call: LiveCall;
  readonly #reports: SilenceReports;
  readonly #timer: NodeJS.Timeout;
  readonly #nowMs: () => number;
  /** When something was last heard on the line, from either side. */
  #lastSoundAt: number;
  /** Since when the caller waits for an answer. */
  #owedSince: number | undefined;
  #fillers = 0;
  /** When the caller began to speak, while no words of it have come. */
  #voiceSince: number | undefined;
  #voiceUntil: number | undefined;
  #lostTurns = 0;
  #asked = 0;
  #speakingSince: number | undefined;
  /** Since when the caller's sound does not reach us. */
  #unheardSince: number | undefined;
  #busy = false;
  #held = false;
  /** No recogniser hears: another agent would not, either. */
  #deaf = false;
  #modelsFail = false;
  /** Turns in a row that got only the fixed excuse. */
  #modelLosses = 0;
  #modelLostNow = false;

  constructor(call: LiveCall, reports: SilenceReports, nowMs: () => number = () => performance.now()) {
    this.#call = call;
    this.#reports = reports;
    this.#nowMs = nowMs;
    this.#lastSoundAt = nowMs();
    if (call.owesAnswer) this.#owedSince = nowMs();
    const { session } = call;
    session.on(UserStateChanged, ({ newState }) => this.#callerState(newState));
    session.on(AgentStateChanged, ({ newState }) => this.#agentState(newState));
    session.on(ConversationItemAdded, ({ item }) => {
      if (item.type === 'message' && item.role === 'user') this.#wordsCame();
    });
    call.trouble.listen({
      silenced: () => reports.broken('voiceless', true),
      deaf: () => (this.#deaf = true),
      lost: () => this.#modelLost(),
    });
    this.#timer = setInterval(() => void this.look(), SILENCE.everyMs);
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Nobody owes a word while the clinic's telephone rings. */
  hold(): void {
    this.#held = true;
  }

  /** Goes on after {@link hold}, as if something had just been heard. */
  release(): void {
    this.#held = false;
    this.#lastSoundAt = this.#nowMs();
    this.#owedSince = undefined;
    this.#voiceSince = undefined;
    this.#voiceUntil = undefined;
    this.#asked = 0;
  }

  /** Looks at the line once; called by the timer, and by tests. */
  async look(): Promise<void> {
    const now = this.#nowMs();
    if (this.#isCutOff(now)) return this.#reports.broken('deaf', false);
    if (this.#busy || this.#held) return;
    this.#busy = true;
    try {
      await this.#judge(now);
    } finally {
      this.#busy = false;
    }
  }

  async #judge(now: number): Promise<void> {
    const { session, receiver, state } = this.#call;
    if (this.#isMute(now)) return this.#reports.broken('mute', false);
    const typing = state.keypad.keys !== undefined;
    const speaking = session.agentState === 'speaking' || session.userState === 'speaking';
    if (speaking || typing || receiver.prompting) {
      this.#lastSoundAt = now;
      return;
    }
    if (this.#owedSince !== undefined) return await this.#owe(now, this.#owedSince);
    if (this.#voiceUntil !== undefined && now - this.#voiceUntil > SILENCE.unheardMs)
      return await this.#unheard();
    if (now - this.#lastSoundAt > TURNS.callerSilentMs) await this.#askCaller();
  }

  /** The session says that it speaks, and no audio comes. */
  #isMute(now: number): boolean {
    if (this.#speakingSince === undefined || this.#call.session.agentState !== 'speaking') return false;
    // At the end of a sentence all frames have been handed over, and the last 200 ms are still to be heard.
    const lastSign = Math.max(this.#speakingSince, this.#call.receiver.lastFrameAt);
    return now - lastSign > SILENCE.muteMs;
  }

  /** A track is subscribed within a second of its being there, also after a reconnect. */
  #isCutOff(now: number): boolean {
    if (!this.#call.line.callerUnheard()) this.#unheardSince = undefined;
    else this.#unheardSince ??= now;
    return this.#unheardSince !== undefined && now - this.#unheardSince > SILENCE.cutOffMs;
  }

  async #owe(now: number, since: number): Promise<void> {
    if (now - since > SILENCE.lostTurnMs) {
      this.#lostTurns += 1;
      this.#owedSince = undefined;
      if (this.#lostTurns >= SILENCE.lostTurns) return this.#reports.broken('lost_turns', this.#modelsFail);
      this.#call.session.interrupt({ force: true });
      await this.#say(LOST_TURN_TEXT);
      return;
    }
    const quietMs = now - Math.max(this.#lastSoundAt, since);
    if (quietMs < (this.#fillers === 0 ? SILENCE.fillerMs : SILENCE.fillerAgainMs)) return;
    const text = FILLER_TEXTS[Math.min(this.#fillers, FILLER_TEXTS.length - 1)] ?? FILLER_TEXTS[0];
    this.#fillers += 1;
    await this.#say(text);
  }

  async #unheard(): Promise<void> {
    this.#voiceSince = undefined;
    this.#voiceUntil = undefined;
    this.#lostTurns += 1;
    if (this.#deaf || this.#lostTurns >= SILENCE.lostTurns) {
      return this.#reports.broken('deaf', this.#deaf);
    }
    await this.#say(NOT_HEARD_TEXT);
  }

  async #askCaller(): Promise<void> {
    const text = SILENCE_TEXTS[this.#asked];
    this.#asked += 1;
    if (text !== undefined) return await this.#say(text);
    const goodbye = await this.#call.announcer.say(SILENCE_GOODBYE_TEXT);
    if (goodbye !== 'stopped') this.#reports.callerSilent();
  }

  async #say(text: string): Promise<void> {
    await this.#call.announcer.say(text);
    this.#lastSoundAt = this.#nowMs();
  }

  #callerState(state: string): void {
    const now = this.#nowMs();
    if (state === 'speaking') {
      this.#voiceSince ??= now;
      this.#voiceUntil = undefined;
      this.#asked = 0;
    } else if (this.#voiceSince !== undefined) {
      if (now - this.#voiceSince < SILENCE.wordMs) this.#voiceSince = undefined;
      else this.#voiceUntil ??= now;
    }
  }

  /** The language models answered nothing; their fixed excuse is being said. */
  #modelLost(): void {
    this.#modelsFail = true;
    this.#modelLostNow = true;
    this.#modelLosses += 1;
    if (this.#modelLosses >= SILENCE.lostTurns) this.#reports.broken('lost_turns', true);
  }

  #wordsCame(): void {
    if (!this.#modelLostNow) {
      this.#modelsFail = false;
      this.#modelLosses = 0;
    }
    this.#modelLostNow = false;
    this.#deaf = false;
    this.#voiceSince = undefined;
    this.#voiceUntil = undefined;
    this.#owedSince ??= this.#nowMs();
    this.#fillers = 0;
    this.#asked = 0;
  }

  #agentState(state: string): void {
    this.#speakingSince = state === 'speaking' ? this.#nowMs() : undefined;
    if (state !== 'speaking') return;
    this.#owedSince = undefined;
    this.#lostTurns = 0;
    // What the caller said before is answered, also where it was no turn of its own.
    if (this.#voiceUntil !== undefined) {
      this.#voiceSince = undefined;
      this.#voiceUntil = undefined;
    }
  }
}
