import { voice } from '@livekit/agents';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import { KEYPAD } from '../src/config/desk-defaults.ts';
import { personByKey, takeEntry } from './keys.ts';
import type { LiveCall } from './live-call.ts';

/** By their codes (RFC 4733), for a bridge that leaves the character out. */
const KEYS = '0123456789*#';

const { UserInputTranscribed } = voice.AgentSessionEventTypes;

/**
 * Listens to the keys of the caller's telephone. What was asked for is collected until the hash key, a pause, or the most there can be, and
 * handed to the conversation as the caller's turn; star begins it anew. Otherwise 0 means a person, and the other keys nothing.
 */
export class Keypad {
  readonly #call: LiveCall;
  #pause: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;
  /** The recogniser has words that were said over the keys. */
  #murmured = false;
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
    const { keypad, silenced, transferWish } = this.#call.state;
    if (silenced) return;
    if (keypad.keys === undefined && keypad.request === undefined) {
      if (key === '0' && transferWish === undefined) this.#wantPerson();
      return;
    }
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

  #wantPerson(): void {
    const now = performance.now();
    if (now - this.#zeroAt < KEYPAD.againMs) return;
    this.#zeroAt = now;
    this.#fallSilent();
    this.#call.log.info('0 was pressed');
    this.#answer(personByKey(this.#call.state));
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
  }
}
