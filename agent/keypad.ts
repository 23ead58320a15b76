import { voice } from '@livekit/agents';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import { KEYPAD } from '../src/config/desk-defaults.ts';
import { PRESSED_ZERO, takeEntry, takeUnasked } from './keys.ts';
import type { LiveCall } from './live-call.ts';

/** By their codes (RFC 4733), for a bridge that leaves the character out. */
const KEYS = '0123456789*#';

const { UserInputTranscribed } = voice.AgentSessionEventTypes;

/**
 * Listens to the keys of the caller's telephone. What was asked for is collected until the hash key, a pause, or the most there can be, and
 * handed to the conversation as the caller's turn; star begins it anew. Otherwise 0 alone means a
 * person, and the other keys nothing but a date of birth.
 */
export class Keypad {
  readonly #call: LiveCall;
  #pause: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;
  /** The recogniser has words that were said over the keys. */
  #murmured = false;
  /** Digits that nobody has asked for. */
  #unasked = '';
  #lone: NodeJS.Timeout | undefined;
  #zeroAt = -Infinity;

  constructor(call: LiveCall) {
    this.#call = call;
    call.room.on(RoomEvent.DtmfReceived, this.#received);
    call.session.on(UserInputTranscribed, this.#heard);
  }

  /** Listens no more. */
  stop(): void {
    this.#call.room.off(RoomEvent.DtmfReceived, this.#received);
    this.#call.session.off(UserInputTranscribed, this.#heard);
    this.#call.state.keypad.keys = undefined;
    this.#stopClocks();
  }

  /** Others in the room, such as somebody at the front desk, press keys for reasons of their own; a key may come from nobody that is known. */
  readonly #received = (code: number, digit: string, participant?: RemoteParticipant) => {
    const key = /^[0-9*#]$/.test(digit) ? digit : KEYS[code];
    if (key === undefined || participant === undefined || !this.#call.line.isCaller(participant)) return;
    this.#press(key);
  };

  readonly #heard = ({ transcript }: { transcript: string }) => {
    if (this.#call.state.keypad.keys !== undefined && transcript.trim() !== '') this.#murmured = true;
  };

  #press(key: string): void {
    const { keypad, silenced } = this.#call.state;
    if (silenced) return;
    if (keypad.keys === undefined && keypad.request === undefined) return this.#pressUnasked(key);
    if (keypad.keys === undefined) {
      if (key === '#') return;
      this.#begin();
    }
    const typed = keypad.keys ?? '';
    if (key === '#' && typed !== '') return this.#end();
    if (key === '*') this.#begin();
    else if (key !== '#') keypad.keys = typed + key;
    if (keypad.keys?.length === KEYPAD.digits) return this.#end();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#end(), KEYPAD.pauseMs);
  }

  /** A 0 may be the first digit of a date that is typed without having been asked for. */
  #pressUnasked(key: string): void {
    if (this.#call.state.transferWish !== undefined) return;
    clearTimeout(this.#lone);
    if (key === '#' || key === '*') {
      if (key === '*') this.#unasked = '';
      return this.#endUnasked();
    }
    if (key === '0' && this.#unasked === '') this.#fallSilent();
    this.#unasked = (this.#unasked + key).slice(0, KEYPAD.digits);
    const lone = this.#unasked.length === 1 || /^0+$/.test(this.#unasked);
    this.#lone = setTimeout(() => this.#endUnasked(), lone ? KEYPAD.loneMs : KEYPAD.pauseMs);
  }

  #endUnasked(): void {
    const keys = this.#unasked;
    this.#unasked = '';
    const { state, log } = this.#call;
    if (state.silenced || state.transferWish !== undefined) return;
    const turn = takeUnasked(state, keys);
    if (turn === undefined) return;
    const now = performance.now();
    if (turn === PRESSED_ZERO && now - this.#zeroAt < KEYPAD.againMs) return;
    if (turn === PRESSED_ZERO) this.#zeroAt = now;
    this.#fallSilent();
    log.info({ keys: keys.length }, 'keys were typed that were not asked for');
    this.#answer(turn);
  }

  #begin(): void {
    this.#stopClocks();
    this.#fallSilent();
    this.#murmured = false;
    this.#call.state.keypad.keys = '';
    this.#limit = setTimeout(() => this.#end(), KEYPAD.wholeMs);
  }

  /** What was typed until now is what there is. */
  #end(): void {
    this.#stopClocks();
    const { state, log } = this.#call;
    const typed = state.keypad.keys ?? '';
    const turn = takeEntry(state, typed);
    if (turn === undefined) return;
    log.info({ keys: typed.length, understood: state.keypad.mistyped === 0 }, 'keys were typed');
    this.#answer(turn);
  }

  /** As the caller's turn, which the recogniser would have brought otherwise. */
  #answer(turn: string): void {
    const { session, log } = this.#call;
    try {
      // What was murmured would come as a turn of its own, and cut the answer off.
      if (this.#murmured) session.clearUserTurn();
      this.#murmured = false;
      session.generateReply({ userInput: turn, inputModality: 'audio' });
    } catch (error) {
      log.warn({ error }, 'keys could not be answered');
    }
  }

  /** A key stops what the agent says, as a word does. */
  #fallSilent(): void {
    const { session, receiver, log } = this.#call;
    receiver.stopPrompt();
    try {
      session.interrupt();
    } catch (error) {
      // A sentence that has to be heard goes on, and so does the entry.
      log.debug({ error }, 'a key did not stop the sentence');
    }
  }

  #stopClocks(): void {
    clearTimeout(this.#pause);
    clearTimeout(this.#limit);
    clearTimeout(this.#lone);
    this.#unasked = '';
  }
}
