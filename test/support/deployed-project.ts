import type { DeployDeps } from '../../src/commands/deploy-deps.ts';
import { loadEnvironment } from '../../src/deploy/environments.ts';
import { imageName } from '../../src/deploy/names.ts';
import { renderGateway } from '../../src/deploy/gateway-service.ts';
import { renderJob } from '../../src/deploy/job.ts';
import type { RunTarget } from '../../src/deploy/deployed.ts';
import { renderService } from '../../src/deploy/targets/service.ts';
import { renderWorkerPool } from '../../src/deploy/targets/worker-pool.ts';
import type { RunKubectl } from '../../src/deploy/targets/kubectl.ts';
import { FakeProject } from './fake-project.ts';

/** The environment that the fakes below are of. */
export const DEV_SETTINGS = loadEnvironment('dev', undefined, { GOOGLE_CLOUD_PROJECT: 'my-project' });
/** The secret that its tests rotate, of OPENAI_API_KEY. */
export const DEV_KEY = 'openhours-dev-openai-api-key';

const FACTS = {
  image: imageName('worker', DEV_SETTINGS, 'one'),
  secretVersions: {},
  taskTimeoutS: 30_000,
};
const STAYING = { ...DEV_SETTINGS, scaling: { minInstances: 1, maxInstances: 2 } };
const MADE = {
  job: () => ['jobs/openhours-worker-dev', renderJob(DEV_SETTINGS, FACTS)],
  service: () => ['services/openhours-worker-dev', renderService(STAYING, FACTS)],
  'worker-pool': () => ['worker-pools/openhours-worker-dev', renderWorkerPool(STAYING, FACTS)],
  gateway: () => ['services/openhours-gateway-dev', renderGateway(DEV_SETTINGS, FACTS)],
} as const satisfies Record<RunTarget | 'gateway', () => readonly [string, unknown]>;

/** What of dev is there. */
export type DeployedPart = keyof typeof MADE;

/** A project with these parts of dev, all with the image `one`, the first version of every secret, and the image `two` beside it. */
export function deployedProject(...parts: readonly DeployedPart[]): FakeProject {
  const project = new FakeProject();
  for (const tag of ['one', 'two']) project.images.add(imageName('worker', DEV_SETTINGS, tag));
  project.secrets.set(DEV_KEY, ['sk-first']);
  for (const part of parts) {
    const [key, manifest] = MADE[part]();
    project.run.set(key, structuredClone(manifest) as unknown as Record<string, unknown>);
  }
  return project;
}

/** The commands' dependencies over such a project; lines are kept, with what `--json` prints apart. */
export function makeOperateDeps(project: FakeProject, overrides: Partial<DeployDeps> = {}) {
  const lines: string[] = [];
  const printed: string[] = [];
  const deps = {
    environment: {},
    print: (line: string) => {
      lines.push(line);
      printed.push(line);
    },
    warn: (line: string) => void lines.push(line),
    settings: () => DEV_SETTINGS,
    gcloudVersion: () => Promise.resolve(528),
    gcloud: () => project,
    kubectl: () => Promise.reject(new Error('kubectl was asked')),
    ...overrides,
  } as unknown as DeployDeps;
  const json = () => JSON.parse(printed.at(-1) ?? '') as Record<string, unknown>;
  return { project, deps, lines, text: () => lines.join('\n'), json };
}

/** A kubectl that points to a cluster of the project, and has these things in the worker's namespace. */
export function makeCluster(items: readonly object[], context = 'gke_my-project_us-central1_clinics') {
  const asked: string[] = [];
  const run: RunKubectl = (args) => {
    asked.push(args.join(' '));
    const stdout = args[0] === 'config' ? `${context}\n` : args[0] === 'get' ? JSON.stringify({ items }) : '';
    return Promise.resolve({ code: 0, stdout, stderr: '' });
  };
  return { asked, run };
}
