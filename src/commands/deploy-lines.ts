import type { Deployed } from '../deploy/deployed.ts';
import type { ClusterWorker } from '../deploy/targets/cluster-worker.ts';
import type { Execution } from './deploy-executions.ts';

/** `worker pool openhours-worker-dev`: several kinds have the same name. */
export function describedAs({ kind, name }: Pick<Deployed, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/** `status` about the worker on Cloud Run. */
export function runLines({ kind, name, image, instances, problem }: Deployed): string[] {
  const words = [name, `image ${image ?? 'unknown'}`, ...instancesIn(instances)];
  return [
    line(kind === 'worker pool' ? 'pool' : kind, words.join(', ')),
    ...(problem === undefined ? [] : [line('!', problem)]),
  ];
}

function instancesIn(instances: Deployed['instances']): string[] {
  if (instances === undefined) return [];
  const { least, most } = instances;
  if (least === most) return [least === 1 ? '1 instance' : `${least} instances`];
  return [`${least} to ${most} instances`];
}

/** `status` about the worker in a cluster. */
export function clusterLines(there: ClusterWorker): string[] {
  const { context, namespace, name, image, wanted, pods } = there;
  const ready = pods.filter(({ state }) => state === 'ready').length;
  const count = wanted === 0 ? 'no pod is wanted now' : `${ready} of ${wanted} pods ready`;
  return [
    line('gke', `${namespace}/${name} in ${context}, image ${image ?? 'unknown'}, ${count}`),
    ...pods.map((pod) => {
      const again = pod.restarts === 0 ? '' : `, started again ${timesOf(pod.restarts)}`;
      return line('pod', `${pod.name}: ${pod.state}, since ${pod.startedAt ?? '-'}${again}`);
    }),
  ];
}

/** `status` about the gateway. */
export function gatewayLines(gateway: Deployed | undefined): string[] {
  if (gateway === undefined) return [line('gateway', 'is not deployed')];
  const { name, url, image, problem } = gateway;
  return [
    line('gateway', `${url ?? name}, image ${image ?? 'unknown'}`),
    ...(problem === undefined ? [] : [line('!', problem)]),
  ];
}

/** `status` about a job's executions: who is at work, and how the last ones ended. */
export function executionLines(executions: readonly Execution[]): string[] {
  const atWork = executions.filter(({ state }) => state === 'running' || state === 'waiting');
  const before = executions.filter((execution) => !atWork.includes(execution)).slice(0, 3);
  return [
    line('at work', atWork.map(({ name }) => name).join(', ') || 'nobody'),
    ...before.map(({ name, state, startedAt, endedAt }) =>
      line('before', `${name}: ${state}, ${startedAt ?? '-'} to ${endedAt ?? '-'}`),
    ),
  ];
}

/** For `--json`: what is looked at, without the whole manifest. */
export function reported({ target, name, image, instances, url, problem }: Deployed) {
  return { target, name, image: image ?? null, instances, url, problem };
}

/** `once`, `2 times`. */
export function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

const line = (title: string, text: string): string => `  ${title.padEnd(8)} ${text}`;
