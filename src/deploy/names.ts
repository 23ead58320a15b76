import type { EnvironmentSettings } from './environments.ts';

/** Who runs what: a service account's short name. */
export type Account = 'worker' | 'gateway' | 'scheduler';

/** `openhours-worker-dev`. At most 30 characters, which Google's limit is. */
export function accountName(account: Account, { env }: Pick<EnvironmentSettings, 'env'>): string {
  return `openhours-${account}-${env}`;
}

/** `openhours-worker-dev@my-project.iam.gserviceaccount.com`. */
export function accountEmail(
  account: Account,
  settings: Pick<EnvironmentSettings, 'env' | 'project'>,
): string {
  return `${accountName(account, settings)}@${settings.project}.iam.gserviceaccount.com`;
}

/** `openhours-dev-livekit-api-secret` for LIVEKIT_API_SECRET. */
export function secretName(variable: string, { env }: Pick<EnvironmentSettings, 'env'>): string {
  return `openhours-${env}-${variable.toLowerCase().replaceAll('_', '-')}`;
}

/** `us-central1-docker.pkg.dev/my-project/openhours/worker`, and `:tag` where one is given. */
export function imageName(
  component: 'worker' | 'gateway',
  { region, project, repository }: Pick<EnvironmentSettings, 'region' | 'project' | 'repository'>,
  tag?: string,
): string {
  const name = `${region}-docker.pkg.dev/${project}/${repository}/${component}`;
  return tag === undefined ? name : `${name}:${tag}`;
}
