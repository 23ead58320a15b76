import { GKE } from '../../config/target-defaults.ts';
import { OpenhoursError } from '../../errors.ts';
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

const APPLY = ['apply', '--server-side', '--field-manager=openhours', '-f', '-'] as const;
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
 * @throws OpenhoursError DEPLOY_INVALID when kubectl points to none of the project's clusters, CLOUD_FAILED for what the cluster refused.
 */
export async function applyCluster(
  settings: EnvironmentSettings,
  yaml: string,
  deps: ClusterDeps,
): Promise<void> {
  const context = await checkContext(settings, deps);
  // 0: nothing differs; 1: something does; above: it could not be compared, as before the namespace or a kind is there.
  const diff = await deps.run(['diff', '--server-side', '--field-manager=openhours', '-f', '-'], {
    input: yaml,
    limitMs: GKE.kubectlMs,
  });
  if (diff.code === 0) return deps.print(`= same        namespace ${namespaceOf(settings)} in ${context}`);
  const applied = await change(APPLY, yaml, deps);
  for (const line of applied.trim().split('\n')) deps.print(`~ ${line}`);
}

/**
 * Takes it all away again, with the namespace.
 * @throws OpenhoursError as {@link applyCluster}.
 */
export async function destroyCluster(
  settings: EnvironmentSettings,
  yaml: string,
  deps: ClusterDeps,
): Promise<void> {
  await checkContext(settings, deps);
  const removed = await change(REMOVE, yaml, deps);
  for (const line of removed.trim().split('\n')) if (line !== '') deps.print(`- ${line}`);
}

async function change(args: readonly string[], input: string, { run }: ClusterDeps): Promise<string> {
  const { code, stdout, stderr } = await run(args, { input, limitMs: GKE.kubectlMs });
  if (code === 0) return stdout;
  throw new OpenhoursError(
    'CLOUD_FAILED',
    `kubectl ${args[0] ?? ''} failed:\n${stderr.trim()}${hint(stderr)}`,
  );
}

/** What is missing in a cluster that was not prepared. */
function hint(stderr: string): string {
  if (!stderr.includes('no matches for kind')) return '';
  return (
    '\nThe cluster does not know every kind: it needs KEDA, the Secret Manager add-on and Managed Prometheus ' +
    '(docs/targets.md, "Preparing a cluster")'
  );
}

/** A context of gcloud's own making names its project: gke_<project>_<location>_<cluster>. The wrong cluster is not a place to try things. */
async function checkContext({ project, region }: EnvironmentSettings, { run }: ClusterDeps): Promise<string> {
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
