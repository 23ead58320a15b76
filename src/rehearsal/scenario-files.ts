import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OpenhoursError } from '../errors.ts';
import { type Scenario, type ScenarioInput, defineScenario } from './scenario.ts';

const FOLDER = new URL('./scenarios/', import.meta.url);

/** By what scenarios are played. */
export type Medium = 'text' | 'voice';

/**
 * Reads every file of `scenarios/`, each of which exports an array `scenarios`, and gives those that can be played by text, or all; in the order
 * of the files' names.
 * @throws OpenhoursError INPUT_INVALID for a scenario that is none, or two with one id.
 */
export async function loadScenarios(by: Medium | 'any' = 'text'): Promise<Scenario[]> {
  const files = readdirSync(fileURLToPath(FOLDER))
    .filter((name) => /^[^.]+\.(js|ts)$/.test(name))
    .sort();
  const found: Scenario[] = [];
  for (const file of files) {
    const { scenarios } = (await import(new URL(file, FOLDER).href)) as {
      scenarios?: readonly ScenarioInput[];
    };
    if (!Array.isArray(scenarios)) {
      throw new OpenhoursError('INPUT_INVALID', `scenarios/${file} exports no array \`scenarios\``);
    }
    found.push(...(scenarios as readonly ScenarioInput[]).map(defineScenario));
  }
  const ids = found.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new OpenhoursError('INPUT_INVALID', `two scenarios have the id ${twice}`);
  return by === 'any' ? found : found.filter((scenario) => isPlayed(scenario, by));
}

function isPlayed(scenario: Scenario, by: Medium): boolean {
  return scenario.by === 'both' || scenario.by === by;
}

/**
 * The scenarios that somebody asked for: by id, by the beginning of one that ends in `*`, or by tag; all of them when nothing is asked for. Of those
 * only the ones that can be played so.
 * @throws OpenhoursError INPUT_INVALID for a word that names none, for an id that is not played so, and when nothing is left.
 */
export function selectScenarios(
  all: readonly Scenario[],
  only: readonly string[],
  by: Medium = 'text',
): Scenario[] {
  const named = (word: string) => (scenario: Scenario) =>
    word.endsWith('*')
      ? scenario.id.startsWith(word.slice(0, -1))
      : scenario.id === word || scenario.tags.includes(word);
  const wanted =
    only.length === 0 ? [...all] : all.filter((scenario) => only.some((word) => named(word)(scenario)));
  const unknown = only.find((word) => !all.some(named(word)));
  if (unknown !== undefined) {
    throw new OpenhoursError(
      'INPUT_INVALID',
      `no scenario has the id or tag ${unknown}; \`openhours rehearse --list\` shows them`,
    );
  }
  const played = wanted.filter((scenario) => isPlayed(scenario, by));
  const refused = wanted.find((scenario) => !played.includes(scenario) && only.includes(scenario.id));
  const one = refused ?? (played.length === 0 ? wanted[0] : undefined);
  if (one !== undefined) throw new OpenhoursError('INPUT_INVALID', refusal(one, by));
  return played;
}

function refusal({ id }: Scenario, by: Medium): string {
  return by === 'voice'
    ? `${id} is played by text only: it pins the clock or makes something fail, and a call by voice has the real time and real services; leave out --voice`
    : `${id} is played by voice only: add --voice`;
}
