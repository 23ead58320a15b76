import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OpenhoursError } from '../errors.ts';
import { type Scenario, type ScenarioInput, defineScenario } from './scenario.ts';

const FOLDER = new URL('./scenarios/', import.meta.url);

/**
 * Reads every file of `scenarios/`, each of which exports an array `scenarios`; in the order of the files' names.
 * @throws OpenhoursError INPUT_INVALID for a scenario that is none, or two with one id.
 */
export async function loadScenarios(): Promise<Scenario[]> {
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
  return found;
}

/**
 * The scenarios that somebody asked for: by id, by the beginning of one that ends in `*`, or by tag; all of them when nothing is asked for.
 * @throws OpenhoursError INPUT_INVALID for a word that names none.
 */
export function selectScenarios(all: readonly Scenario[], only: readonly string[]): Scenario[] {
  if (only.length === 0) return [...all];
  const named = (word: string) => (scenario: Scenario) =>
    word.endsWith('*')
      ? scenario.id.startsWith(word.slice(0, -1))
      : scenario.id === word || scenario.tags.includes(word);
  const unknown = only.find((word) => !all.some(named(word)));
  if (unknown !== undefined) {
    throw new OpenhoursError(
      'INPUT_INVALID',
      `no scenario has the id or tag ${unknown}; \`openhours rehearse --list\` shows them`,
    );
  }
  return all.filter((scenario) => only.some((word) => named(word)(scenario)));
}
