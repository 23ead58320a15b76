import { GKE } from '../../config/target-defaults.ts';
import { OpenhoursError } from '../../errors.ts';
import type { ResourceChange } from '../apply.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { deployError } from '../limits.ts';
import { namespaceOf } from './gke.ts';

/** Runs kubectl to its end; the input goes to its standard input. */
export type RunKubectl = (
  args: readonly string[],
  options: { input?: string; limitMs: number },
) => Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;

/** What working on a cluster needs. */
export interface ClusterDeps {
  readonly run: RunKubectl;
  readonly print: (line: string) => void;
}

/**
 * What is ours in the cluster is as the manifests say, also where `kubectl set image` or somebody's `kubectl edit` has set a field since: to
 * Kubernetes those are other owners, whose fields it keeps unless told otherwise.
 */
const OURS = ['--server-side', '--force-conflicts', '--field-manager=openhours', '-f', '-'] as const;
const APPLY = ['apply', ...OURS] as const;
const REMOVE = ['delete', '--ignore-not-found', '--wait=false', '-f', '-'] as const;

/**
 * Prints the manifests, and the command that would apply them. Asks no cluster: there may be none yet.
 */
export function planCluster(yaml: string, { print }: Pick<ClusterDeps, 'print'>): void {
  print(yaml.trimEnd());
  print(`# kubectl ${APPLY.join(' ')}`);
}

/**
 * Brings the cluster that kubectl points to to what the manifests say; a second time changes nothing and says so.
 * @returns What was changed: all objects where one differed, for a server-side apply does not tell which.
 * @throws OpenhoursError DEPLOY_INVALID when kubectl points to none of the project's clusters, CLOUD_FAILED for what the cluster refused.
 */
export async function applyCluster(
  settings: EnvironmentSettings,
  yaml: string,
  deps: ClusterDeps,
): Promise<ResourceChange[]> {
  const context = await checkContext(settings, deps);
  // 0: nothing differs; 1: something does; above: it could not be compared, as before the namespace or a kind is there.
  const diff = await deps.run(['diff', ...OURS], { input: yaml, limitMs: GKE.kubectlMs });
  if (diff.code === 0) {
    const name = `namespace ${namespaceOf(settings)} in ${context}`;
    deps.print(`= same        ${name}`);
    return [inCluster('same', name)];
  }
  const applied = await change(APPLY, yaml, deps);
  return applied.map((line) => {
    deps.print(`~ ${line}`);
    return inCluster('change', line.split(' ')[0] ?? line, APPLY);
  });
}

/** Says what {@link destroyCluster} would take away, and how. Asks no cluster. */
export function planDestroyCluster(
  settings: EnvironmentSettings,
  { print }: Pick<ClusterDeps, 'print'>,
): void {
  print(`- delete namespace ${namespaceOf(settings)} with all that is in it, where the cluster has it`);
  print(`      kubectl ${REMOVE.join(' ')}`);
}

/**
 * Takes it all away again, with the namespace.
 * @returns What was there.
 * @throws OpenhoursError as {@link applyCluster}.
 */
export async function destroyCluster(
  settings: EnvironmentSettings,
  yaml: string,
  deps: ClusterDeps,
): Promise<ResourceChange[]> {
  await checkContext(settings, deps);
  const removed = await change(REMOVE, yaml, deps);
  return removed.map((line) => {
    deps.print(`- ${line}`);
    return inCluster('delete', /^(.*?)(?: (?:force )?deleted.*)?$/.exec(line)?.[1] ?? line, REMOVE);
  });
}

function inCluster(
  action: ResourceChange['action'],
  name: string,
  command?: readonly string[],
): ResourceChange {
  const commands = command === undefined ? [] : [`kubectl ${command.join(' ')}`];
  return { action, kind: 'in the cluster', name, changes: [], commands };
}

/** What kubectl printed, line by line. */
async function change(args: readonly string[], input: string, { run }: ClusterDeps): Promise<string[]> {
  const { code, stdout, stderr } = await run(args, { input, limitMs: GKE.kubectlMs });
  if (code !== 0) throw kubectlFailed(args, stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The error for what kubectl wrote, with what to do where that is known. */
export function kubectlFailed(args: readonly string[], stderr: string): OpenhoursError {
  const command = args.slice(0, args[0] === 'set' ? 2 : 1).join(' ');
  return new OpenhoursError('CLOUD_FAILED', `kubectl ${command} failed:\n${stderr.trim()}${hint(stderr)}`);
}

/** What is missing in a cluster that was not prepared. */
function hint(stderr: string): string {
  if (!stderr.includes('no matches for kind')) return '';
  return (
    '\nThe cluster does not know every kind: it needs KEDA, the Secret Manager add-on and Managed Prometheus ' +
    '(docs/targets.md, "Preparing a cluster")'
  );
}

/**
 * A context of gcloud's own making names its project: gke_<project>_<location>_<cluster>. The wrong cluster is not a place to try things.
 * @throws OpenhoursError DEPLOY_INVALID when kubectl points elsewhere.
 */
export async function checkContext(
  { project, region }: EnvironmentSettings,
  { run }: Pick<ClusterDeps, 'run'>,
): Promise<string> {
  const { code, stdout } = await run(['config', 'current-context'], { limitMs: GKE.kubectlMs });
  const context = stdout.trim();
  if (code === 0 && context.startsWith(`gke_${project}_`)) return context;
  throw deployError([
    {
      where: "kubectl's context",
      problem:
        context === '' ? 'is not set' : `is "${context}", which is no cluster of the project ${project}`,
      remedy: `gcloud container clusters get-credentials CLUSTER --region ${region} --project ${project}`,
    },
  ]);
}
