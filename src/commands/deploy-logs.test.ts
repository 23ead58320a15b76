import { expect, test } from 'vitest';
import { DEV_SETTINGS, deployedProject, makeOperateDeps } from '../../test/support/deployed-project.ts';
import { makeFacts } from '../../test/support/deploy-settings.ts';
import { Watched } from '../deploy/monitoring/watched.ts';
import { renderGke } from '../deploy/targets/gke.ts';
import { logs } from './deploy-logs.ts';

const DEV = { env: 'dev' };

function makeTestDeps() {
  const made = makeOperateDeps(deployedProject('job'));
  const asked: string[] = [];
  made.project.read = (args) => {
    asked.push(...args);
    return Promise.resolve([]);
  };
  return { ...made, asked };
}

test('logs are shown the oldest first, with their fields', async () => {
  const { project, asked, deps, lines } = makeTestDeps();
  project.read = (args) => {
    asked.push(...args);
    return Promise.resolve([
      { timestamp: '2', severity: 'ERROR', jsonPayload: { message: 'call ended', callId: 'c1', level: 50 } },
      { timestamp: '1', textPayload: 'a plain line\n' },
    ]);
  };
  await logs({ ...DEV, severity: 'warning', execution: 'now-1' }, deps);
  expect(lines).toEqual(['1 DEFAULT a plain line', '2 ERROR   call ended callId=c1']);
  expect(asked[2]).toBe(
    'resource.type="cloud_run_job" AND resource.labels.job_name="openhours-worker-dev" AND resource.labels.location="us-central1" ' +
      'AND labels."run.googleapis.com/execution_name"="now-1" AND severity>=WARNING',
  );
});

test.each([{ since: 'yesterday' }, { severity: 'loud' }, { execution: 'x" OR "' }, { component: 'console' }])(
  'logs with %j are refused',
  async (wrong) => {
    await expect(logs({ ...DEV, ...wrong }, makeTestDeps().deps)).rejects.toThrow(/is "/);
  },
);

test('without a target the worker is heard wherever it runs or ran', async () => {
  const { asked, deps } = makeTestDeps();
  await logs(DEV, deps);
  for (const type of ['cloud_run_job', 'cloud_run_revision', 'cloud_run_worker_pool', 'k8s_container'])
    expect(asked[2]).toContain(`(resource.type="${type}" AND `);
  expect(asked[2]?.split(' OR ')).toHaveLength(4);
  await logs({ ...DEV, component: 'gateway' }, deps);
  expect(asked.at(-3)).toBe(
    'resource.type="cloud_run_revision" AND resource.labels.service_name="openhours-gateway-dev" AND resource.labels.location="us-central1"',
  );
});

test('a pod is found by the names that its manifest has, as the alerts find it', async () => {
  const { asked, deps } = makeTestDeps();
  await logs({ ...DEV, target: 'gke' }, deps);
  const settings = { ...DEV_SETTINGS, scaling: { minInstances: 1, maxInstances: 2 } };
  const made = renderGke(settings, makeFacts()).find(({ kind }) => kind === 'Deployment');
  const { containers } = (made?.spec as unknown as { template: { spec: { containers: { name: string }[] } } })
    .template.spec;
  const name = containers[0]?.name ?? '';
  expect(asked[2]).toBe(
    `resource.type="k8s_container" AND resource.labels.container_name="${name}" AND resource.labels.namespace_name="${made?.metadata.namespace}"`,
  );
  expect(new Watched(settings, 'gke').selector).toContain(`container_name="${name}"`);
});

test('an execution of another target than a job is refused', async () => {
  const { deps } = makeTestDeps();
  await expect(logs({ ...DEV, target: 'service', execution: 'now-1' }, deps)).rejects.toThrow(
    '--execution is for a job: leave it out with --target service',
  );
});
