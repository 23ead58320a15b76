import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { GCLOUD } from '../config/deploy-defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { GcloudDeps } from './gcloud-process.ts';

/** Which of these permissions the caller has on the project; undefined where that cannot be asked from here. */
export type AskPermissions = (permissions: readonly string[]) => Promise<ReadonlySet<string> | undefined>;

/** What a deployment does, by the role that allows it: as narrow as Google's own roles are. */
export const NEEDED_ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/serviceusage.serviceUsageAdmin': ['serviceusage.services.enable', 'serviceusage.services.list'],
  'roles/artifactregistry.admin': [
    'artifactregistry.repositories.create',
    'artifactregistry.repositories.get',
    'artifactregistry.dockerimages.list',
  ],
  'roles/cloudbuild.builds.editor': ['cloudbuild.builds.create'],
  'roles/iam.serviceAccountAdmin': ['iam.serviceAccounts.create', 'iam.serviceAccounts.list'],
  'roles/iam.serviceAccountUser': ['iam.serviceAccounts.actAs'],
  'roles/secretmanager.admin': [
    'secretmanager.secrets.create',
    'secretmanager.secrets.list',
    'secretmanager.secrets.setIamPolicy',
    'secretmanager.versions.access',
    'secretmanager.versions.add',
  ],
  'roles/run.admin': ['run.jobs.create', 'run.jobs.setIamPolicy', 'run.jobs.update', 'run.services.create'],
  'roles/cloudscheduler.admin': [
    'cloudscheduler.jobs.create',
    'cloudscheduler.jobs.list',
    'cloudscheduler.jobs.update',
  ],
  'roles/logging.configWriter': ['logging.logMetrics.create', 'logging.logMetrics.list'],
  'roles/monitoring.editor': [
    'monitoring.alertPolicies.create',
    'monitoring.alertPolicies.list',
    'monitoring.dashboards.create',
    'monitoring.notificationChannels.create',
  ],
};

/** The roles that are missing, each with the permissions that showed it. */
export function missingRoles(
  has: ReadonlySet<string>,
  needed: Readonly<Record<string, readonly string[]>> = NEEDED_ROLES,
): { role: string; permissions: string[] }[] {
  return Object.entries(needed)
    .map(([role, permissions]) => ({ role, permissions: permissions.filter((one) => !has.has(one)) }))
    .filter(({ permissions }) => permissions.length > 0);
}

/**
 * Asks Resource Manager itself, for gcloud has no command for it: with gcloud's token, and the address and proxy of its configuration. The token is
 * neither kept nor shown.
 */
export function permissionsAsker({ run, program, project }: GcloudDeps): AskPermissions {
  return async (permissions) => {
    const ask = async (...args: string[]) => (await run(program, args, { limitMs: GCLOUD.readMs })).stdout;
    const [token, listed] = await Promise.all([
      ask('auth', 'print-access-token', '--quiet'),
      ask('config', 'list', '--format=json', '--quiet'),
    ]);
    const config = parsed(listed);
    const base =
      config.api_endpoint_overrides?.cloudresourcemanager ?? 'https://cloudresourcemanager.googleapis.com/';
    const url = new URL(`v1/projects/${project ?? ''}:testIamPermissions`, base);
    const { address, port } = config.proxy ?? {};
    const proxy = address === undefined ? undefined : { host: address, port: Number(port) };
    // A tunnel is more than a question is worth: the commands themselves will say what they may not.
    if (proxy !== undefined && url.protocol === 'https:') return undefined;
    const answer = await post(url, { permissions }, token.trim(), proxy);
    return answer === undefined ? undefined : new Set(answer.permissions ?? []);
  };
}

interface GcloudConfig {
  readonly api_endpoint_overrides?: { readonly cloudresourcemanager?: string };
  readonly proxy?: { readonly address?: string; readonly port?: string };
}

function parsed(text: string): GcloudConfig {
  try {
    return JSON.parse(text) as GcloudConfig;
  } catch {
    // Without its configuration the addresses are Google's own.
    return {};
  }
}

function post(
  url: URL,
  body: unknown,
  token: string,
  proxy: { host: string; port: number } | undefined,
): Promise<{ permissions?: string[] } | undefined> {
  const secure = url.protocol === 'https:';
  const target =
    proxy === undefined
      ? { host: url.hostname, port: url.port || undefined, path: url.pathname }
      : { ...proxy, path: url.href };
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsRequest : httpRequest)(
      {
        ...target,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          host: url.host,
        },
        timeout: GCLOUD.readMs,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) return resolve(undefined);
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')) as { permissions?: string[] });
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', (cause) =>
      reject(
        new OpenhoursError('CLOUD_BUSY', `${url.host} does not answer: check the network`, {
          cause,
          details: { refusal: 'unavailable', tries: 1 },
        }),
      ),
    );
    call.end(JSON.stringify(body));
  });
}
