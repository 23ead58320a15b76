import type OpenAI from 'openai';
import { FALLBACK } from '../config/defaults.ts';
import { REHEARSAL } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import { openaiClient } from '../providers/openai-client.ts';
import type { Scenario } from './scenario.ts';
import type { CallerMove, TextCaller } from './text-caller.ts';

/** What the model writes where the caller does something else than speak. */
const MARKS = { '[silence]': 'say_nothing', '[hang up]': 'hang_up' } as const;

/** A caller played by a language model: it knows the scenario's persona and facts, and tells them when it is asked. */
export class ImprovisedTextCaller implements TextCaller {
  readonly #client: OpenAI;
  readonly #model: string;
  readonly #opening: string | null;
  readonly #messages: OpenAI.ChatCompletionMessageParam[];

  constructor(scenario: Scenario, openai: Config['openai']) {
    this.#client = openaiClient(openai, {
      firstByteMs: REHEARSAL.answerMs,
      idleMs: FALLBACK.languageIdleMs,
    });
    this.#model = openai.model;
    this.#opening = scenario.opening;
    this.#messages = [{ role: 'system', content: callerPrompt(scenario) }];
  }

  /** @throws the OpenAI client's errors: without its caller there is no call. */
  async next(agentText: string): Promise<CallerMove> {
    this.#messages.push({ role: 'user', content: agentText === '' ? '(silence)' : agentText });
    const first = this.#messages.length === 2;
    if (this.#opening === null) return { do: 'say_nothing' };
    const said = first ? this.#opening : await this.#improvise();
    this.#messages.push({ role: 'assistant', content: said });
    const mark = MARKS[said.toLowerCase() as keyof typeof MARKS];
    return mark === undefined ? { say: said } : { do: mark };
  }

  async #improvise(): Promise<string> {
    const completion = await this.#client.chat.completions.create({
      model: this.#model,
      messages: this.#messages,
      max_completion_tokens: REHEARSAL.callerTokens,
    });
    return completion.choices[0]?.message.content?.trim() ?? '[silence]';
  }
}

/** What the model that plays the caller is told. */
export function callerPrompt({ persona, facts, farewell }: Scenario): string {
  const known = Object.entries(facts).map(([topic, told]) => {
    const list = typeof told === 'string' ? [told] : told;
    return `- ${topic.replaceAll('_', ' ')}: ${list.map((one) => `"${one}"`).join(', then ')}`;
  });
  return [
    'You play a person who calls a clinic by telephone. What you read is what the receptionist says; answer with what the person says, nothing else.',
    `The person: ${persona}`,
    ...(known.length === 0 ? [] : ['What the person knows, and tells only when asked for it:', ...known]),
    '- Speak as people do on the telephone: one short sentence, no lists. Invent no fact that is not given; say that you do not know.',
    `- When the errand is done, or cannot be done, say: "${farewell}"`,
    '- After the receptionist has said goodbye, answer [hang up]. To say nothing, answer [silence].',
  ].join('\n');
}
