import { expect, test } from 'vitest';
import { REQUIRED_VARIABLES } from '../config/load.ts';
import { WORKER_SECRETS, type ContainerVariable } from './container.ts';
import { ENVIRONMENT_NAMES, loadEnvironment } from './environments.ts';
import { renderJob } from './job.ts';
import { cronProblems, sizeProblems, timeoutProblems, zoneProblems } from './limits.ts';
import { secretValues } from './secret-values.ts';

const PLACE = { GOOGLE_CLOUD_PROJECT: 'my-project' };
const GOOD = `
dev:
  environment: development
  region: us-central1
  repository: openhours
  agent_name: openhours
  worker: { cpu: 1, memory: 1Gi, max_calls: 2 }
  gateway: { cpu: 1, memory: 512Mi, min_instances: 0, max_instances: 1 }
  scaling: { min_instances: 1, max_instances: 1 }
`;

test('the three environments of the file are as large as they are said to be', () => {
  const sizes = ENVIRONMENT_NAMES.map((env) => {
    const { worker, environment, jobName } = loadEnvironment(env, undefined, PLACE);
    return [env, environment, jobName, worker.cpu, worker.memory];
  });
  expect(sizes).toEqual([
    ['dev', 'development', 'openhours-worker-dev', 1, '1Gi'],
    ['staging', 'staging', 'openhours-worker-staging', 2, '2Gi'],
    ['prod', 'production', 'openhours-worker-prod', 2, '4Gi'],
  ]);
});

test('variables stand above the file', () => {
  const place = { ...PLACE, GOOGLE_CLOUD_REGION: 'asia-south1', ARTIFACT_REGISTRY_REPO: 'images' };
  expect(loadEnvironment('dev', GOOD, place)).toMatchObject({
    project: 'my-project',
    region: 'asia-south1',
    repository: 'images',
  });
});

test.each([
  ['cpu: 1, memory: 1Gi', 'cpu: 3, memory: 1Gi', 'dev.worker.cpu is 3'],
  ['cpu: 1, memory: 1Gi', 'cpu: 8, memory: 64Gi', 'choose from 4096Mi to 32Gi'],
  ['memory: 1Gi', 'memory: 1GB', 'dev.worker.memory is 1GB'],
  ['max_calls: 2', 'max_calls: 2, longest_task: 169h', 'dev.worker.longest_task must be from 1h to 168h'],
  ['max_calls: 2', 'max_call: 2', 'max_call'],
  ['min_instances: 1', 'min_instances: 5', 'dev.scaling.min_instances is 5, above max_instances'],
  ['region: us-central1', 'region: Iowa', 'dev.region must be a region'],
  ['environment: development', 'environment: dev', 'dev.environment must be development'],
  ['dev:', 'test:', 'has no dev'],
  ['dev:', 'dev: {', 'deploy/environments.yaml is no YAML'],
])('%s as %s is refused', (good, bad, problem) => {
  expect(() => loadEnvironment('dev', GOOD.replace(good, bad), PLACE)).toThrow(problem);
});

test('a variable that is wrong is named itself', () => {
  expect(() => loadEnvironment('dev', GOOD, { GOOGLE_CLOUD_PROJECT: 'My Project' })).toThrow(
    /GOOGLE_CLOUD_PROJECT must be a project's id.*: set it again, or unset it/,
  );
});

test('the job has the nine variables, seven of them from pinned versions of secrets', () => {
  const settings = loadEnvironment('prod', undefined, PLACE);
  const secretVersions = Object.fromEntries(WORKER_SECRETS.map((name, index) => [name, String(index + 3)]));
  const job = renderJob(settings, { image: 'i', secretVersions, taskTimeoutS: 29_715, shiftEarly: '6m' });
  const { spec } = job.spec.template.spec.template;
  const { env, resources } = spec.containers[0];
  expect(env.map(({ name }) => name)).toEqual(expect.arrayContaining([...REQUIRED_VARIABLES]));
  const secret = (one: ContainerVariable) => ('valueFrom' in one ? one.valueFrom.secretKeyRef : undefined);
  expect(env.map(secret).filter((one) => one !== undefined)).toHaveLength(7);
  expect(secret(env.find(({ name }) => name === 'LIVEKIT_API_SECRET')!)).toEqual({
    name: 'openhours-prod-livekit-api-secret',
    key: '5',
  });
  expect(env).toContainEqual({ name: 'TASK_TIMEOUT_S', value: '29715' });
  expect(env).toContainEqual({ name: 'SHIFT_EARLY', value: '6m' });
  expect(spec).toMatchObject({ timeoutSeconds: '29715', maxRetries: 3 });
  expect(resources.limits).toEqual({ cpu: '2', memory: '4Gi' });
  expect(job.spec.template.spec).toMatchObject({ parallelism: 1, taskCount: 1 });
});

test.each([
  [1, '512Mi', true],
  [1, '4Gi', true],
  [1, '8Gi', false],
  [2, '8Gi', true],
  [4, '1Gi', false],
  [6, '24Gi', true],
  [8, '32Gi', true],
  [8, '2Gi', false],
  [3, '2Gi', false],
  [0.5, '512Mi', false],
])('%d CPUs with %s: %s', (cpu, memory, fits) => {
  expect(sizeProblems('worker', cpu, memory).length === 0).toBe(fits);
});

test.each([
  ['0 9 * * 1-5', true],
  ['*/15 8-17 * * MON', false],
  ['99 9 * * *', false],
  ['0 24 * * *', false],
  ['0 9 30 2 *', false],
  ['0 9 29 2 *', true],
  ['0 9 31 4,6,9,11 *', false],
  ['0 9 30 2 1', true],
  ['0 9 * *', false],
  ['0 9 5-1 * *', false],
])('the cron expression %s can be used: %s', (cron, usable) => {
  expect(cronProblems('schedule', cron).length === 0).toBe(usable);
});

test('time zones and timeouts that Cloud Run does not have are refused', () => {
  expect(zoneProblems('clinic', 'Asia/Karachi')).toEqual([]);
  expect(zoneProblems('clinic', 'Asia/Karach')).toHaveLength(1);
  expect(timeoutProblems('job', 168 * 3_600)).toEqual([]);
  expect(timeoutProblems('job', 169 * 3_600)).toHaveLength(1);
});

test('values of secrets come from the file, then from the environment, and are never in a message', () => {
  const { values, problems } = secretValues(
    ['OPENAI_API_KEY', 'LIVEKIT_URL', 'DEEPGRAM_API_KEY', 'LIVEKIT_API_KEY', 'SUPABASE_URL'],
    {
      environment: {
        OPENAI_API_KEY: 'sk-environment',
        DEEPGRAM_API_KEY: 'made-up\n',
        LIVEKIT_API_KEY: '<key>',
      },
      file: { name: 'dev.env', text: 'OPENAI_API_KEY="sk-file"\nLIVEKIT_URL=made-up-nonsense\n' },
    },
    new Set(['SUPABASE_URL']),
  );
  expect(Object.fromEntries(values)).toEqual({ OPENAI_API_KEY: 'sk-file', DEEPGRAM_API_KEY: 'made-up' });
  expect(problems.map(({ where, problem }) => `${where} ${problem}`)).toEqual([
    'LIVEKIT_URL in dev.env must be a URL such as wss://my-project.livekit.cloud',
    'LIVEKIT_API_KEY is an example and no value',
  ]);
  expect(JSON.stringify(problems)).not.toMatch(/sk-|made-up-nonsense|<key>/);
});
