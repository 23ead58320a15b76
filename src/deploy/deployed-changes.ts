import type { DescribedManifest, Deployed } from './deployed.ts';
import type { GcloudCommand } from './gcloud.ts';
import { manifestText } from './targets/run-resource.ts';

/** A variable's secret, with the version that is wanted. */
export interface SecretReference {
  readonly variable: string;
  readonly secret: string;
  readonly version: string;
}

/** The command that has it run another image. */
export function imageCommand(there: Deployed, image: string, region: string): GcloudCommand {
  if (there.target === 'worker-pool')
    return replacement(there, region, (container) => ({ ...container, image }));
  return { args: [...there.group, 'update', there.name, `--region=${region}`, `--image=${image}`] };
}

/** The command that has it read another version of a secret. */
export function secretCommand(there: Deployed, wanted: SecretReference, region: string): GcloudCommand {
  const { variable, secret, version } = wanted;
  if (there.target === 'worker-pool')
    return replacement(there, region, (container) => ({
      ...container,
      env: withVersion(container.env ?? [], wanted),
    }));
  const reference = `--update-secrets=${variable}=${secret}:${version}`;
  return { args: [...there.group, 'update', there.name, `--region=${region}`, reference] };
}

/** Whether a manifest reads this version, in whichever order its fields come. */
export function usesVersion(value: unknown, secret: string, version: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const reference = value as { name?: unknown; key?: unknown };
  if (reference.name === secret && reference.key === version) return true;
  return Object.values(value).some((part) => usesVersion(part, secret, version));
}

interface PoolContainer {
  readonly env?: readonly { readonly name?: string }[];
  readonly [field: string]: unknown;
}

function withVersion(
  env: readonly { readonly name?: string }[],
  { variable, secret, version }: SecretReference,
) {
  const wanted = { name: variable, valueFrom: { secretKeyRef: { name: secret, key: version } } };
  const others = env.filter(({ name }) => name !== variable);
  return others.length === env.length
    ? [...env, wanted]
    : env.map((one) => (one.name === variable ? wanted : one));
}

/** What Cloud Run and gcloud note down themselves, and `replace` does not take back: as `--format=export` leaves it out. */
const NOTED = /\/(client-name|client-version|creator(Email)?|lastModifier(Email)?|operation-id)$/;

/**
 * A worker pool as it is there, with its first container changed: written by `replace`, as a deployment writes it, so that there is one way for a
 * pool to be changed.
 */
function replacement(
  { group, name, manifest }: Deployed,
  region: string,
  change: (container: PoolContainer) => PoolContainer,
): GcloudCommand {
  const { metadata, spec } = manifest;
  const template = spec?.template as
    { metadata?: Record<string, unknown>; spec?: { containers?: PoolContainer[] } } | undefined;
  const [first = {}, ...others] = template?.spec?.containers ?? [];
  const wanted = {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'WorkerPool',
    metadata: { name, ...labelled(metadata, region) },
    spec: {
      ...spec,
      template: {
        ...template,
        // A revision's name is taken once.
        metadata: { ...template?.metadata, name: undefined },
        spec: { ...template?.spec, containers: [change(first), ...others] },
      },
    },
  };
  return { args: [...group, 'replace', '-'], input: manifestText(wanted) };
}

function labelled(metadata: DescribedManifest['metadata'], region: string) {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !NOTED.test(key));
  return {
    // Where gcloud looks for the region of a manifest.
    labels: { ...metadata?.labels, 'cloud.googleapis.com/location': region },
    annotations: Object.fromEntries(annotations),
  };
}
