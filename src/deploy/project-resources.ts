import type { EnvironmentSettings } from './environments.ts';
import type { Gcloud } from './gcloud.ts';
import { type Account, accountEmail, accountName } from './names.ts';
import { secretNames } from './secrets.ts';
import { type Resource, labelsArgument, stateOf } from './resource.ts';

/** What every deployment calls. */
export const APIS = [
  'artifactregistry.googleapis.com',
  'cloudbuild.googleapis.com',
  'cloudscheduler.googleapis.com',
  'iam.googleapis.com',
  'logging.googleapis.com',
  'monitoring.googleapis.com',
  'run.googleapis.com',
  'secretmanager.googleapis.com',
] as const;

/** The APIs, enabled in one go. A destroy leaves them on: something else may use them, and they cost nothing. */
export function apis(names: readonly string[]): Resource {
  const missing = async (gcloud: Gcloud) => {
    const enabled = ((await gcloud.find(['services', 'list', '--enabled'])) ?? []) as {
      config?: { name?: string };
    }[];
    const on = new Set(enabled.map(({ config }) => config?.name));
    return names.filter((name) => !on.has(name));
  };
  let wanted: readonly string[] = names;
  return {
    kind: 'APIs',
    independent: true,
    name: names.map((name) => name.replace('.googleapis.com', '')).join(', '),
    read: async (gcloud) => {
      wanted = await missing(gcloud);
      return stateOf(wanted.map((name) => `${name} is off`));
    },
    commands: (state) => (state.is === 'same' ? [] : [{ args: ['services', 'enable', ...wanted] }]),
    removal: () => [],
  };
}

/**
 * Where images are kept. It belongs to every environment of the project, so that it goes only with the last of them.
 * @param last No other environment is deployed in this project and region.
 */
export function repository(
  { repository: name, region }: EnvironmentSettings,
  last: () => boolean = () => false,
): Resource {
  const at = [name, `--location=${region}`];
  const labels = labelsArgument({ 'managed-by': 'openhours' });
  let ours = false;
  return {
    kind: 'Artifact Registry repository',
    independent: true,
    name,
    read: async (gcloud) => {
      const found = (await gcloud.find(['artifacts', 'repositories', 'describe', ...at])) as
        { labels?: Record<string, string> } | undefined;
      ours = found?.labels?.['managed-by'] === 'openhours';
      return { is: found === undefined ? 'absent' : 'same' };
    },
    commands: (state) =>
      state.is === 'same'
        ? []
        : [
            {
              args: ['artifacts', 'repositories', 'create', ...at]
                .concat('--repository-format=docker', `--labels=${labels}`)
                .concat('--description=Images of Openhours'),
            },
          ],
    removal: () => (ours && last() ? [{ args: ['artifacts', 'repositories', 'delete', ...at] }] : []),
  };
}

const PURPOSES: Readonly<Record<Account, string>> = {
  worker: 'what the worker runs as',
  gateway: 'what the gateway runs as',
  scheduler: 'what starts the job',
};

/**
 * A service account. It gets roles on single resources only, and none on the project: Cloud Run itself collects what a container prints, pulls
 * its image and reports its metrics.
 */
export function serviceAccount(account: Account, settings: EnvironmentSettings): Resource {
  const email = accountEmail(account, settings);
  return {
    kind: 'service account',
    independent: true,
    name: accountName(account, settings),
    read: async (gcloud) => ({ is: (await accountThere(email, gcloud)) ? 'same' : 'absent' }),
    commands: (state) =>
      state.is === 'same'
        ? []
        : [
            {
              args: ['iam', 'service-accounts', 'create', accountName(account, settings)].concat(
                `--display-name=Openhours ${settings.env}: ${PURPOSES[account]}`,
              ),
            },
          ],
    removal: () => [{ args: ['iam', 'service-accounts', 'delete', email] }],
  };
}

/** Whether there is such an account. Asked for the policy of one that is not there, Google answers as for one that is new. */
export async function accountThere(email: string, gcloud: Gcloud): Promise<boolean> {
  const accounts = ((await gcloud.find(['iam', 'service-accounts', 'list'])) ?? []) as { email?: string }[];
  return accounts.some((one) => one.email === email);
}

/** A role for one of our accounts on one resource. */
export interface Grant {
  /** gcloud's group and the resource's name with what locates it: [['secrets'], ['my-secret']]. */
  readonly group: readonly string[];
  readonly at: readonly string[];
  readonly role: string;
  readonly account: Account;
  /** Whether there is anything to grant on, where that is known without asking for its policy. */
  readonly there?: (gcloud: Gcloud) => Promise<boolean>;
}

/** The grant; it goes with the resource it is on, and with the account. */
export function grant(
  { group, at, role, account, there: onto }: Grant,
  settings: EnvironmentSettings,
): Resource {
  const member = `serviceAccount:${accountEmail(account, settings)}`;
  return {
    kind: 'role',
    independent: true,
    name: `${role.replace('roles/', '')} on ${at[0] ?? ''} for ${accountName(account, settings)}`,
    read: async (gcloud) => {
      if (onto !== undefined && !(await onto(gcloud))) return { is: 'absent' };
      const policy = (await gcloud.find([...group, 'get-iam-policy', ...at])) as
        { bindings?: { role?: string; members?: string[]; condition?: unknown }[] } | undefined;
      const there = policy?.bindings?.some(
        (binding) => binding.role === role && binding.condition == null && binding.members?.includes(member),
      );
      return { is: there === true ? 'same' : 'absent' };
    },
    commands: (state) =>
      state.is === 'same'
        ? []
        : [{ args: [...group, 'add-iam-policy-binding', ...at, `--member=${member}`, `--role=${role}`] }],
    // An account that was deleted stays in a policy as "deleted:serviceAccount:…", and a new one of that name has no part in it.
    removal: () => [
      { args: [...group, 'remove-iam-policy-binding', ...at, `--member=${member}`, `--role=${role}`] },
    ],
  };
}

/** The one thing a runtime account may do: read this secret. */
export function secretAccess(account: Account, secret: string, settings: EnvironmentSettings): Resource {
  const role = 'roles/secretmanager.secretAccessor';
  const there = async (gcloud: Gcloud) => (await secretNames(gcloud)).has(secret);
  return grant({ group: ['secrets'], at: [secret], role, account, there }, settings);
}

/** The one thing the scheduler's account may do: start this job. */
export function jobInvoker(settings: EnvironmentSettings): Resource {
  const at = [settings.jobName, `--region=${settings.region}`];
  return grant({ group: ['run', 'jobs'], at, role: 'roles/run.invoker', account: 'scheduler' }, settings);
}
