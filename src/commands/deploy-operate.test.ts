import { expect, test } from 'vitest';
import { FakeProject } from '../../test/support/fake-project.ts';
import { loadEnvironment } from '../deploy/environments.ts';
import { imageName } from '../deploy/names.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { logs } from './deploy-logs.ts';
import { cancel, execute, listExecutions, rotateSecret, status, updateImage } from './deploy-operate.ts';

const SETTINGS = loadEnvironment('dev', undefined, { GOOGLE_CLOUD_PROJECT: 'my-project' });
const DEV = { env: 'dev' };
const KEY = 'openhours-dev-openai-api-key';

function makeTestDeps(project = deployed(), environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const deps = {
    ...{ environment, print, warn: print },
    settings: () => SETTINGS,
    gcloudVersion: () => Promise.resolve(528),
    gcloud: () => project,
  } as unknown as DeployDeps;
  return { project, deps, lines, text: () => lines.join('\n') };
}

/** A job with the image `one`, and another image beside it. */
function deployed(): FakeProject {
  const project = new FakeProject();
  for (const tag of ['one', 'two']) project.images.add(imageName('worker', SETTINGS, tag));
  project.secrets.set(KEY, ['sk-first']);
  project.run.set('jobs/openhours-worker-dev', {
    spec: { containers: [{ image: imageName('worker', SETTINGS, 'one') }] },
  });
  return project;
}

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

test('commands on what is not deployed say how to deploy it', async () => {
  const { deps } = makeTestDeps(new FakeProject());
  for (const command of [status, listExecutions, execute])
    await expect(command(DEV, deps)).rejects.toThrow('openhours deploy apply --env dev');
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
  expect(project.changes[0]?.args).toContain(`--image=${imageName('worker', SETTINGS, 'two')}`);
});

test('a secret is rotated without being shown, and its version used', async () => {
  const { project, deps, text } = makeTestDeps(deployed(), { OPENAI_API_KEY: 'sk-second' });
  await rotateSecret('OPENAI_API_KEY', { ...DEV, disableOld: true }, deps);
  expect(project.secrets.get(KEY)).toEqual(['sk-first', 'sk-second']);
  const typed = project.changes.map(({ args }) => args.join(' '));
  expect(typed[1]).toContain(`--update-secrets=OPENAI_API_KEY=${KEY}:2`);
  expect(typed[2]).toContain(`secrets versions disable 1 --secret=${KEY}`);
  expect(typed.join('\n') + text()).not.toMatch(/sk-first|sk-second/);
});

test('the same value rotates nothing, and an unknown variable is refused', async () => {
  const { project, deps } = makeTestDeps(deployed(), { OPENAI_API_KEY: 'sk-first' });
  project.run.set('jobs/openhours-worker-dev', {
    env: [{ valueFrom: { secretKeyRef: { key: '1', name: KEY } } }],
  });
  await rotateSecret('OPENAI_API_KEY', DEV, deps);
  expect(project.changes).toEqual([]);
  await expect(rotateSecret('PATH', DEV, deps)).rejects.toThrow(
    'the secret is "PATH": name one of LIVEKIT_URL',
  );
});

test('logs are shown the oldest first, with their fields', async () => {
  const { project, deps, lines } = makeTestDeps();
  const asked: string[] = [];
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
