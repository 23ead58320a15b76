import { expect, test } from 'vitest';
import { FakeProject } from '../../test/support/fake-project.ts';
import {
  DEV_SETTINGS,
  deployedProject,
  makeCluster,
  makeOperateDeps,
} from '../../test/support/deployed-project.ts';
import { imageName } from '../deploy/names.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { cancel, execute, listExecutions, status, updateImage } from './deploy-operate.ts';

const DEV = { env: 'dev' };
const [ONE, TWO] = ['one', 'two'].map((tag) => imageName('worker', DEV_SETTINGS, tag));

const makeTestDeps = (project = deployedProject('job')) => makeOperateDeps(project);

const execution = (name: string, overrides: object = {}) => ({
  metadata: { name },
  status: { startTime: '2026-11-23T03:55:02Z', ...overrides },
});
const over = (name: string, state: string, reason = '') =>
  execution(name, {
    startTime: '2026-11-20T03:55:02Z',
    completionTime: '2026-11-20T12:10:00Z',
    conditions: [{ type: 'Completed', status: state, reason }],
  });

const withoutName = (options: { env: string }, deps: DeployDeps) => cancel(undefined, options, deps);
const deployment = (replicas: number, image: string | undefined, name = 'openhours-worker-dev') => ({
  kind: 'Deployment',
  metadata: { name: 'openhours-worker' },
  spec: { replicas, template: { spec: { containers: [{ name, image }] } } },
});
const pod = (name: string, state: object, metadata: object = {}) => ({
  kind: 'Pod',
  metadata: { name, ...metadata },
  status: state,
});

test('status says what is deployed, who is at work, and how the last ones ended', async () => {
  const { project, deps, text } = makeTestDeps();
  project.executions.push(execution('now-1'), over('was-1', 'True'), over('was-2', 'False', 'Cancelled'));
  expect(await status(DEV, deps)).toBe(0);
  expect(text()).toContain('worker:one');
  expect(text()).toContain('gateway  is not deployed');
  expect(text()).toContain('at work  now-1');
  expect(text()).toContain('was-1: succeeded');
  expect(text()).toContain('was-2: cancelled');
});

test('status shows the worker where it stays, with what keeps it from running, and the gateway', async () => {
  const project = deployedProject('service', 'worker-pool', 'gateway');
  const message = 'The user-provided container failed to start';
  const pool = project.run.get('worker-pools/openhours-worker-dev');
  project.run.set('worker-pools/openhours-worker-dev', {
    ...pool,
    status: { conditions: [{ type: 'Ready', status: 'False', message }] },
  });
  const { deps, text, json } = makeTestDeps(project);
  expect(await status({ ...DEV, json: true }, deps)).toBe(0);
  expect(text()).toContain(`service  openhours-worker-dev, image ${ONE}, 1 to 2 instances`);
  expect(text()).toContain(`pool     openhours-worker-dev, image ${ONE}, 1 instance`);
  expect(text()).toContain(message);
  expect(text()).toMatch(/gateway {2}\S+, image \S+worker:one/);
  expect(text()).not.toMatch(/^ {2}(job|at work)/m);
  expect(json()).toMatchObject({
    worker: [
      { target: 'service', image: ONE, instances: { least: 1, most: 2 } },
      { target: 'worker-pool', problem: message },
    ],
    cluster: null,
    executions: [],
    gateway: { name: 'openhours-gateway-dev' },
  });
});

test('status shows a gateway that is alone, and says how to deploy a worker', async () => {
  const { deps, text } = makeTestDeps(deployedProject('gateway'));
  expect(await status(DEV, deps)).toBe(0);
  expect(text()).toMatch(/worker {3}none: .*openhours deploy apply --env dev/);
});

test('status of a cluster shows the deployment and what its pods are about', async () => {
  const cluster = makeCluster([
    deployment(3, ONE),
    pod('a', { startTime: '2026-11-23T03:55:00Z', containerStatuses: [{ ready: true, restartCount: 2 }] }),
    pod('b', { containerStatuses: [{ ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }] }),
    pod('c', { phase: 'Running' }, { deletionTimestamp: '2026-11-23T05:00:00Z' }),
  ]);
  const { deps, text, json } = makeOperateDeps(new FakeProject(), { kubectl: cluster.run });
  expect(await status({ ...DEV, target: 'gke', json: true }, deps)).toBe(0);
  expect(text()).toContain(
    `gke      openhours-dev/openhours-worker in gke_my-project_us-central1_clinics, image ${ONE}, 1 of 3 pods ready`,
  );
  expect(text()).toContain('pod      a: ready, since 2026-11-23T03:55:00Z, started again 2 times');
  expect(text()).toContain('pod      b: ImagePullBackOff');
  expect(text()).toContain('pod      c: ending');
  expect(json()).toMatchObject({ worker: [], cluster: { wanted: 3, image: ONE } });
  expect(cluster.asked).toContain(
    'get deployments,pods --namespace=openhours-dev --selector=app.kubernetes.io/name=openhours-worker --output=json',
  );
});

test('a cluster of another project is not asked for the worker', async () => {
  const cluster = makeCluster([], 'gke_somebody-elses_us-central1_shop');
  const { deps } = makeOperateDeps(new FakeProject(), { kubectl: cluster.run });
  await expect(status({ ...DEV, target: 'gke' }, deps)).rejects.toThrow(
    'no cluster of the project my-project',
  );
  expect(cluster.asked).toEqual(['config current-context']);
});

test.each([
  [
    {},
    'openhours deploy apply --env dev`; `openhours deploy status --env dev --target gke` looks into a cluster',
  ],
  [{ target: 'service' }, 'openhours deploy apply --env dev --target service`'],
  [
    { target: 'gke' },
    'the cluster that kubectl points to: deploy it with `openhours deploy apply --env dev --target gke`',
  ],
])('what is not deployed is said, with how to deploy it: %j', async (options, remedy) => {
  const { deps } = makeOperateDeps(new FakeProject(), { kubectl: makeCluster([]).run });
  const asked = { ...DEV, ...options };
  for (const work of [status(asked, deps), updateImage({ ...asked, tag: 'two' }, deps)]) {
    await expect(work).rejects.toMatchObject({ code: 'CLOUD_NOT_FOUND' });
    await expect(work).rejects.toThrow(remedy);
  }
});

test('commands on a job say how to deploy one where there is no worker', async () => {
  for (const command of [listExecutions, execute, withoutName])
    await expect(command(DEV, makeTestDeps(new FakeProject()).deps)).rejects.toMatchObject({
      code: 'CLOUD_NOT_FOUND',
      message: expect.stringContaining('openhours deploy apply --env dev') as string,
    });
});

test.each([
  ['executions', listExecutions, '`openhours deploy status --env dev`'],
  [
    'execute',
    execute,
    'it is there already, and opens with the clinic; `openhours fleet stop` ends a worker',
  ],
  ['cancel', withoutName, '`openhours deploy destroy --env dev --component worker --target worker-pool`'],
] as const)('%s of a worker that stays says what to do instead', async (name, command, instead) => {
  const { project, deps } = makeTestDeps(deployedProject('worker-pool'));
  const work = command(DEV, deps);
  await expect(work).rejects.toMatchObject({ code: 'DEPLOY_INVALID' });
  await expect(work).rejects.toThrow(
    `\`${name}\` is for a job, and worker pool openhours-worker-dev stays without executions: `,
  );
  await expect(work).rejects.toThrow(instead);
  expect(project.changes).toEqual([]);
});

test('an execution that was started again says how often', async () => {
  const { project, deps, text } = makeTestDeps();
  project.executions.push(execution('now-1', { retriedCount: 2 }));
  await listExecutions(DEV, deps);
  expect(text()).toContain('now-1  running    2026-11-23T03:55:02Z  -, started again 2 times');
});

test('cancel takes the one that is at work, and asks which where there are several', async () => {
  const { project, deps, text } = makeTestDeps();
  await cancel(undefined, DEV, deps);
  expect(text()).toContain('no execution is at work');
  project.executions.push(execution('now-1'));
  await cancel(undefined, DEV, deps);
  expect(text()).toContain('now-1 is cancelled');
  project.executions.push(execution('now-2'));
  await expect(cancel(undefined, DEV, deps)).rejects.toThrow('name one of now-1, now-2');
  expect(await cancel('was-1', DEV, deps)).toBe(78);
  expect(project.verbs).toEqual(['gcloud run jobs executions']);
});

test('a shift by hand is started with its length', async () => {
  const { project, deps } = makeTestDeps();
  await execute({ ...DEV, for: '2h' }, deps);
  expect(project.changes[0]?.args).toContain('--update-env-vars=SHIFT_FOR=2h');
});

test.each([{ for: 'long' }, { until: '25:00' }])('a shift by hand %j is refused', async (wish) => {
  const { project, deps } = makeTestDeps();
  await expect(execute({ ...DEV, ...wish }, deps)).rejects.toThrow(/--(for|until) is/);
  expect(project.changes).toEqual([]);
});

test('an image that is there is taken, one that is not is refused, and the same changes nothing', async () => {
  const { project, deps, text } = makeTestDeps();
  await expect(updateImage({ ...DEV, tag: 'none' }, deps)).rejects.toThrow('there is no image');
  await updateImage({ ...DEV, tag: 'one' }, deps);
  expect(text()).toContain('already: nothing to change');
  expect(project.changes).toEqual([]);
  await updateImage({ ...DEV, tag: 'two' }, deps);
  expect(project.changes[0]?.args).toContain(`--image=${TWO}`);
});

test('another image is taken wherever the worker runs, and it is said what becomes of the calls', async () => {
  const { project, deps, text } = makeTestDeps(deployedProject('job', 'service', 'worker-pool'));
  const before = structuredClone(project.run.get('worker-pools/openhours-worker-dev'));
  await updateImage({ ...DEV, tag: 'two' }, deps);
  expect(text()).toContain(`job openhours-worker-dev: ${ONE} → ${TWO}, from the next execution on`);
  expect(text()).toContain(
    `service openhours-worker-dev: ${ONE} → ${TWO}; calls of the instances before are handed over`,
  );
  expect(text()).toContain(`worker pool openhours-worker-dev: ${ONE} → ${TWO}; calls`);
  const pool = project.run.get('worker-pools/openhours-worker-dev');
  expect(pool).toEqual(JSON.parse(JSON.stringify(before).replace(ONE ?? '', TWO ?? '')));
  const made = project.changes.length;
  await updateImage({ ...DEV, tag: 'two' }, deps);
  expect(project.changes).toHaveLength(made);
});

test('what Cloud Run has noted on a worker pool is not sent back to it', async () => {
  const project = deployedProject('worker-pool');
  const pool = project.run.get('worker-pools/openhours-worker-dev') as { metadata: object };
  const noted = {
    'serving.knative.dev/creator': 'somebody@made-up.example',
    'run.googleapis.com/operation-id': 'x',
  };
  project.run.set('worker-pools/openhours-worker-dev', {
    ...pool,
    metadata: {
      ...pool.metadata,
      annotations: { ...noted, kept: 'yes' },
      generation: 3,
      uid: 'u',
      namespace: '1',
    },
    status: { observedGeneration: 3 },
  });
  await updateImage({ ...DEV, tag: 'two' }, makeTestDeps(project).deps);
  const sent = project.changes[0]?.input ?? '';
  expect(sent).toContain('kept: "yes"');
  expect(sent).toContain('cloud.googleapis.com/location: us-central1');
  expect(sent).not.toMatch(/creator|operation-id|generation|uid|namespace|status/i);
});

test('--target leaves the other places as they are', async () => {
  const { project, deps } = makeTestDeps(deployedProject('job', 'service'));
  await updateImage({ ...DEV, target: 'service', tag: 'two' }, deps);
  expect(project.verbs).toEqual(['gcloud run services update']);
});

test('in a cluster the deployment is told, under the name that its container has', async () => {
  const cluster = makeCluster([deployment(1, ONE, 'named-before')]);
  const { deps, text } = makeOperateDeps(deployedProject(), { kubectl: cluster.run });
  await updateImage({ ...DEV, target: 'gke', tag: 'two' }, deps);
  expect(cluster.asked.at(-1)).toBe(
    `set image deployment/openhours-worker named-before=${TWO} --namespace=openhours-dev --field-manager=openhours`,
  );
  expect(text()).toContain('calls of the pods before go on to their end');
});

test.each([
  [{ target: 'lambda' }, '--target is "lambda": use job, worker-pool, service, gke'],
  [{ component: 'gateway', target: 'service' }, 'leave it out: the gateway is always a service'],
])('%j is refused', async (wrong, message) => {
  const { deps } = makeTestDeps();
  await expect(updateImage({ ...DEV, ...wrong, tag: 'two' }, deps)).rejects.toThrow(message);
});
