import type { EnvironmentSettings } from './environments.ts';
import type { Gcloud } from './gcloud.ts';
import { refusalIn } from './gcloud-errors.ts';
import { secretName } from './names.ts';
import { type Resource, labelsArgument, ownLabels, stateOf } from './resource.ts';
import type { SecretValues } from './secret-values.ts';

/** What Secret Manager has of a variable. */
export interface StoredSecret {
  /** The secret is there, with or without a value that can be read. */
  readonly there: boolean;
  /** Of the latest version, where it can be read. */
  readonly latest: { readonly version: string; readonly value: string } | undefined;
}

/** Every secret of the project, by its name. */
export async function secretNames(gcloud: Gcloud): Promise<ReadonlySet<string>> {
  const listed = ((await gcloud.find(['secrets', 'list'])) ?? []) as { name?: string }[];
  return new Set(listed.map(({ name }) => name?.split('/').at(-1) ?? ''));
}

/** What Secret Manager has of these variables. Values are compared, and never printed. */
export async function storedSecrets(
  gcloud: Gcloud,
  variables: readonly string[],
  settings: Pick<EnvironmentSettings, 'env'>,
): Promise<Map<string, StoredSecret>> {
  const names = await secretNames(gcloud);
  const entries = variables.map(async (variable): Promise<[string, StoredSecret]> => {
    const name = secretName(variable, settings);
    if (!names.has(name)) return [variable, { there: false, latest: undefined }];
    return [variable, { there: true, latest: await latestVersion(gcloud, name) }];
  });
  return new Map(await Promise.all(entries));
}

async function latestVersion(gcloud: Gcloud, name: string): Promise<StoredSecret['latest']> {
  try {
    const found = (await gcloud.find(['secrets', 'versions', 'access', 'latest', `--secret=${name}`])) as
      { name?: string; payload?: { data?: string } } | undefined;
    const version = found?.name?.split('/').at(-1);
    if (version === undefined) return undefined;
    // gcloud prints the base64 that is safe in an address.
    return { version, value: Buffer.from(found?.payload?.data ?? '', 'base64url').toString('utf8') };
  } catch (error) {
    // Disabled or destroyed: a new version is added.
    if (refusalIn(error) === 'invalid') return undefined;
    throw error;
  }
}

/** A secret with its value. The value goes to gcloud's standard input, and is compared with the latest version, so that the same adds none. */
export class SecretResource implements Resource {
  readonly kind = 'secret';
  readonly independent = true;
  readonly name: string;
  readonly #variable: string;
  readonly #settings: EnvironmentSettings;
  readonly #value: string | undefined;

  /** @param value Undefined: whatever is stored stays. */
  constructor(variable: string, settings: EnvironmentSettings, values: SecretValues) {
    this.name = secretName(variable, settings);
    this.#variable = variable;
    this.#settings = settings;
    this.#value = values.get(variable);
  }

  async read(gcloud: Gcloud) {
    const stored = await storedSecrets(gcloud, [this.#variable], this.#settings);
    const { there, latest } = stored.get(this.#variable) ?? { there: false, latest: undefined };
    if (!there) return { is: 'absent' } as const;
    if (this.#value === undefined || latest?.value === this.#value) return { is: 'same' } as const;
    return stateOf([latest === undefined ? 'no value yet' : `a new value after version ${latest.version}`]);
  }

  commands(state: { readonly is: string }) {
    if (state.is === 'same' || this.#value === undefined) return [];
    const input = { input: this.#value, secret: true };
    if (state.is === 'different')
      return [{ args: ['secrets', 'versions', 'add', this.name, '--data-file=-'], ...input }];
    const labels = labelsArgument(ownLabels(this.#settings.env));
    const options = ['--replication-policy=automatic', `--labels=${labels}`, '--data-file=-'];
    return [{ args: ['secrets', 'create', this.name, ...options], ...input }];
  }

  removal() {
    return [{ args: ['secrets', 'delete', this.name] }];
  }
}

/**
 * The version of each variable that a container is to use: the latest, or before it is there the one that storing the value will make.
 */
export async function secretVersions(
  gcloud: Gcloud,
  variables: readonly string[],
  settings: EnvironmentSettings,
  values: SecretValues,
): Promise<Record<string, string>> {
  const stored = await storedSecrets(gcloud, variables, settings);
  const entries = variables.map(async (variable): Promise<[string, string]> => {
    const { there, latest } = stored.get(variable) ?? { there: false, latest: undefined };
    const value = values.get(variable);
    if (latest !== undefined && (value === undefined || value === latest.value))
      return [variable, latest.version];
    if (latest !== undefined) return [variable, String(Number(latest.version) + 1)];
    return [variable, there ? await nextVersion(gcloud, secretName(variable, settings)) : '1'];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Versions are counted up, also over those that were destroyed. */
async function nextVersion(gcloud: Gcloud, name: string): Promise<string> {
  const versions = ((await gcloud.find(['secrets', 'versions', 'list', name])) ?? []) as { name?: string }[];
  const numbers = versions.map((one) => Number(one.name?.split('/').at(-1) ?? 0));
  return String(Math.max(0, ...numbers) + 1);
}
