import { voice } from '@livekit/agents';
import {
  type CallLanguage,
  baseLanguage,
  languageOfText,
  offeredLanguages,
} from '../src/clinic/languages.ts';
import { LANGUAGES } from '../src/config/desk-defaults.ts';
import { HEARD_AS } from '../src/config/speech-languages.ts';
import type { CallState } from './call-state.ts';

/** Decides when the caller has gone over to another language: several turns in a row, each long enough to tell. */
export class LanguageFollower {
  readonly #offered: readonly CallLanguage[];
  #words = new Map<CallLanguage, number>();
  /** What the turns before this one were in, and how many. */
  #run: { language: CallLanguage; turns: number } | undefined;

  constructor(offered: readonly CallLanguage[]) {
    this.#offered = offered;
  }

  /**
   * Takes words of the turn in progress, with the language the recogniser reports, if it does. Returns the language to go on in as soon as that
   * is clear.
   */
  hear(text: string, reported: string | null, current: string): CallLanguage | undefined {
    const language = this.#taken(reported ?? languageOfText(text));
    if (language !== undefined) {
      const count = text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
      this.#words.set(language, (this.#words.get(language) ?? 0) + count);
    }
    const turn = this.#turn();
    if (turn === undefined || turn === current) return undefined;
    const turns = this.#run?.language === turn ? this.#run.turns + 1 : 1;
    return turns >= LANGUAGES.turns ? turn : undefined;
  }

  /** The turn is over. */
  turnOver(): void {
    const turn = this.#turn();
    this.#words = new Map();
    // "Sí", a name or a number is said in any language.
    if (turn === undefined) return;
    this.#run = { language: turn, turns: this.#run?.language === turn ? this.#run.turns + 1 : 1 };
  }

  /** The language of most of the turn's words, once there are enough of them. */
  #turn(): CallLanguage | undefined {
    const [most] = [...this.#words].sort(([, a], [, b]) => b - a);
    return most !== undefined && most[1] >= LANGUAGES.words ? most[0] : undefined;
  }

  #taken(reported: string): CallLanguage | undefined {
    const base = baseLanguage(reported);
    return this.#offered.find((language) => language === base || language === HEARD_AS[base]);
  }
}

/**
 * Goes on in the caller's language once they have spoken another one that the clinic offers, and tells of each change, by them or by a tool. A
 * clinic with one language has nothing to follow.
 */
export function followLanguage(
  session: voice.AgentSession<CallState>,
  state: CallState,
  changed: (language: string) => void,
): void {
  const offered = offeredLanguages(state.clinic);
  if (offered.length === 1) return;
  const follower = new LanguageFollower(offered);
  let told = state.language;
  session.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ isFinal, transcript, language }) => {
    if (!isFinal) return;
    const next = follower.hear(transcript, language, state.language);
    if (next === undefined) return;
    state.log.info({ from: state.language, to: next }, 'the caller speaks another language');
    state.language = next;
    state.changed();
  });
  session.on(voice.AgentSessionEventTypes.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    if (item.role === 'user') follower.turnOver();
    if (state.language === told) return;
    told = state.language;
    changed(told);
  });
}
