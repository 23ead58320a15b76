import { matches } from './matching.ts';
import type { Reaction, Scenario, Topic } from './scenario.ts';

/** What a caller does next. */
export type CallerMove = { say: string } | { press: string } | { do: 'say_nothing' | 'hang_up' };

/** Somebody who calls. */
export interface TextCaller {
  /** What they do after the agent's words; the greeting comes first. */
  next(agentText: string): Promise<CallerMove>;
}

/** How people are asked for things, of which the first one counts … */
const SINGLE: readonly (readonly [Topic, RegExp])[] = [
  ['else', /anything else|what else|else (can|may) i/i],
  [
    'confirm',
    /(is|are) (that|this|it|these|everything) (all )?(right|correct|ok|okay)|shall i (book|cancel|move|go ahead|do|register|put|pass|take)|yes or no|do you want me to|would you like me to|can you confirm|have i got that right/i,
  ],
  ['day', /(which|what) (other )?day( or time)? would/i],
  [
    'choice',
    /which (suits|one|of (those|these|the))|suits? you|would (that|any|either)|does that (suit|work)/i,
  ],
];
/** … and of which all are answered at once. */
const PERSONAL: readonly (readonly [Topic, RegExp])[] = [
  ['code', /\bcode\b/i],
  ['spelling', /\bspell/i],
  ['name', /\bname\b|who (am i|is it|is the appointment)/i],
  ['date_of_birth', /date of birth|birth ?da(te|y)|when (were|was) .{1,40}born/i],
  ['phone', /\b(phone|telephone|mobile|number)\b/i],
  ['message', /message|tell (them|the team|the front desk)|pass on|what should i/i],
];
const OTHERS: readonly (readonly [Topic, RegExp])[] = [
  ['service', /which (service|treatment|appointment)|what (service|treatment|kind|type)/i],
  ['practitioner', /which (doctor|dentist|practitioner)|(who|whom) would you like/i],
  ['time', /(what|which) time|morning or|or the afternoon/i],
  ['day', /(which|what|another|later)[^.?]{0,12} day|when would/i],
  ['reason', /what is it about|what .{0,20}(calling|for)|reason/i],
];

/** What anybody answers. */
const COMMON: Partial<Record<Topic, string>> = {
  confirm: 'Yes, that is right.',
  choice: 'The first one, please.',
};

/** People say a thing twice, and then give up. */
const PATIENCE = 2;
/** Said by somebody who is asked for what they do not know. */
const IGNORANCE = "I don't know, sorry.";

/** Follows a scenario's reactions: the first one that fits and is not used up. */
export class Reactions {
  readonly #left: { reaction: Reaction; used: number }[];

  constructor(reactions: readonly Reaction[]) {
    this.#left = reactions.map((reaction) => ({ reaction, used: 0 }));
  }

  /**
   * What the caller does by its reactions: undefined where there is none. `effects` are those that happen meanwhile, whoever speaks next.
   */
  take(agentText: string): { move: CallerMove | undefined; effects: Reaction[] } {
    const effects: Reaction[] = [];
    for (const one of this.#left) {
      const { reaction } = one;
      if (one.used >= reaction.times || !matches(reaction.when, agentText)) continue;
      const move = moveOf(reaction, one.used);
      one.used += 1;
      effects.push(reaction);
      if (move !== undefined) return { move, effects };
    }
    return { move: undefined, effects };
  }
}

function moveOf({ say, press, silent, hangUp }: Reaction, used: number): CallerMove | undefined {
  if (say !== undefined)
    return { say: typeof say === 'string' ? say : (say[Math.min(used, say.length - 1)] ?? '') };
  if (press !== undefined) return { press };
  if (silent === true) return { do: 'say_nothing' };
  return hangUp === true ? { do: 'hang_up' } : undefined;
}

/** A caller that says what is written, without any model: it knows no tool and no state of the agent, only its words. */
export class ScriptedTextCaller implements TextCaller {
  readonly #scenario: Pick<Scenario, 'opening' | 'facts' | 'farewell'>;
  readonly #asked = new Map<Topic, number>();
  #opened = false;
  #repeated = false;
  /** How often they did not know what to say. */
  #lost = 0;
  #farewells = 0;
  #heard = '';
  /** How often the agent has said the same in a row. */
  #same = 0;

  constructor(scenario: Pick<Scenario, 'opening' | 'facts' | 'farewell'>) {
    this.#scenario = scenario;
  }

  async next(agentText: string): Promise<CallerMove> {
    const { opening, farewell } = this.#scenario;
    if (opening === null) return { do: 'say_nothing' };
    if (!this.#opened) {
      this.#opened = true;
      return { say: opening };
    }
    this.#same = agentText === this.#heard ? this.#same + 1 : 1;
    this.#heard = agentText;
    const topics = this.#same > PATIENCE ? [] : topicsOf(agentText);
    const told = topics.flatMap((topic) => this.#tell(topic) ?? []);
    if (told.length > 0) return { say: told.join(' ') };
    const unknown = topics.some((topic) => topic !== 'else' && topic !== 'message');
    if (unknown && this.#lost < PATIENCE) {
      this.#lost += 1;
      return { say: IGNORANCE };
    }
    // Once more for an agent that did not get it; an answer that asks nothing has been heard.
    if (topics.length === 0 && agentText.includes('?') && !this.#repeated) {
      this.#repeated = true;
      return { say: opening };
    }
    this.#farewells += 1;
    return this.#farewells > PATIENCE ? { do: 'hang_up' } : { say: farewell };
  }

  #tell(topic: Topic): string | undefined {
    const fact = this.#scenario.facts[topic] ?? COMMON[topic];
    if (fact === undefined || typeof fact === 'string') return fact;
    const times = this.#asked.get(topic) ?? 0;
    this.#asked.set(topic, times + 1);
    return fact[Math.min(times, fact.length - 1)];
  }
}

/** What the agent asks for, by the last of its sentences that asks for anything. */
export function topicsOf(agentText: string): Topic[] {
  const sentences = agentText.match(/[^.!?]+[.!?]*/g) ?? [];
  const asking = sentences.filter((sentence) => /\?|\b(please|tell me|give me|say)\b/i.test(sentence));
  for (const sentence of asking.reverse()) {
    const asked = ([, pattern]: readonly [Topic, RegExp]) => pattern.test(sentence);
    const single = SINGLE.find(asked);
    if (single !== undefined) return [single[0]];
    const personal = PERSONAL.filter(asked).map(([topic]) => topic);
    if (personal.length > 0) return personal;
    const other = OTHERS.find(asked);
    if (other !== undefined) return [other[0]];
  }
  return [];
}
