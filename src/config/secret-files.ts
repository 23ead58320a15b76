import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OpenhoursError } from '../errors.ts';

/** What a variable may be called; a mounted folder also holds links of its own, such as `..data`. */
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Adds the variables that stand in files of the folder SECRETS_DIR: a file's name is the variable's, its content the value. What is set
 * already stays. Clusters hand out secrets as files, and so does Docker.
 * @throws OpenhoursError CONFIG_INVALID when the folder or a file cannot be read.
 */
export function addSecretFiles(environment: Record<string, string | undefined>): void {
  const folder = environment['SECRETS_DIR']?.trim() ?? '';
  if (folder === '') return;
  try {
    for (const name of readdirSync(folder)) {
      if (VARIABLE.test(name)) environment[name] ??= readFileSync(join(folder, name), 'utf8').trim();
    }
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'it failed';
    throw new OpenhoursError(
      'CONFIG_INVALID',
      `SECRETS_DIR is ${folder}, which cannot be read (${why}): mount the secrets there, one file for each variable, or unset it`,
      { cause },
    );
  }
}
