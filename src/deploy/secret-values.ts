import { parseEnv } from 'node:util';
import { VARIABLES } from '../config/load.ts';
import type { DeployProblem } from './limits.ts';

/** Variable → value. Nothing of it is ever printed. */
export type SecretValues = ReadonlyMap<string, string>;

/** 64 KiB, Secret Manager's limit. */
const LONGEST_BYTES = 65_536;

/** Where values come from. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file in dotenv's form, which stands above the environment; its name is for messages. */
  readonly file?: { readonly name: string; readonly text: string };
}

/**
 * The values of these variables, and what is wrong with them: missing, empty, or not what the worker takes. A value that is wrong is described and
 * not shown.
 * @param stored Variables that are in Secret Manager already: a value that is not given stays as it is there.
 */
export function secretValues(
  variables: readonly string[],
  { environment, file }: SecretSources,
  stored: ReadonlySet<string> = new Set(),
): { values: SecretValues; problems: DeployProblem[] } {
  const fromFile = file === undefined ? {} : parseEnv(file.text);
  const values = new Map<string, string>();
  const problems: DeployProblem[] = [];
  for (const variable of variables) {
    const inFile = variable in fromFile;
    const given = inFile ? fromFile[variable] : environment[variable];
    const remedy = `set it, or write ${variable}=… into the file of --secrets-file`;
    const where = inFile && file !== undefined ? `${variable} in ${file.name}` : variable;
    if (given === undefined) {
      if (!stored.has(variable)) problems.push({ where, problem: 'is not set', remedy });
      continue;
    }
    // What the worker does itself: a file's newline belongs to no key.
    const value = given.trim();
    const problem = value === '' ? 'is empty' : wrongWith(variable, value);
    if (problem === undefined) values.set(variable, value);
    else problems.push({ where, problem, remedy });
  }
  return { values, problems };
}

function wrongWith(variable: string, value: string): string | undefined {
  if (Buffer.byteLength(value) > LONGEST_BYTES) return 'is longer than the 64 KiB that Secret Manager takes';
  if (/^(your[-_ ].*|changeme|replace[-_]?me|x{3,}|<.*>)$/i.test(value)) return 'is an example and no value';
  if (!(variable in VARIABLES)) return undefined;
  const parsed = VARIABLES[variable as keyof typeof VARIABLES].safeParse(value);
  return parsed.success ? undefined : parsed.error.issues[0]?.message;
}
