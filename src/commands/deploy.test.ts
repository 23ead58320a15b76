import { expect, test } from 'vitest';
import { FakeProject } from '../../test/support/fake-project.ts';
import { loadEnvironment } from '../deploy/environments.ts';
import { NEEDED_ROLES } from '../deploy/permissions.ts';
import { OpenhoursError } from '../errors.ts';
import { type DeployOptions, deploy, destroy } from './deploy.ts';
import type { DeployDeps } from './deploy-deps.ts';

const SECRETS = {
  LIVEKIT_URL: 'wss://made-up.example',
  LIVEKIT_API_KEY: 'APImadeup',
  LIVEKIT_API_SECRET: 'a-made-up-secret',
  SUPABASE_URL: 'https://made-up.example',
  SUPABASE_SERVICE_ROLE_KEY: 'a-made-up-role',
  OPENAI_API_KEY: 'sk-made-up',
  DEEPGRAM_API_KEY: 'a-made-up-key',
};
const PLACE = { GOOGLE_CLOUD_PROJECT: 'my-project' };
const PERMISSIONS = new Set(Object.values(NEEDED_ROLES).flat());

function makeDeps(project = new FakeProject(), overrides: Partial<DeployDeps> = {}) {
  const lines: string[] = [];
  const deps: DeployDeps = {
    environment: SECRETS,
    settings: (env) => loadEnvironment(env, undefined, PLACE),
    gcloudVersion: () => Promise.resolve(528),
    gcloud: () => project,
    askPermissions: () => () => Promise.resolve(PERMISSIONS),
    sourceTag: () => Promise.resolve('abc123'),
    readText: () => Promise.reject(new Error('no file')),
    calendars: () => Promise.resolve([]),
    plugIns: {
      schedule: () => ({ taskTimeoutS: 29_715, shiftEarly: '6m', resources: [] }),
      monitoring: () => [],
    },
    kubectl: () => Promise.resolve({ code: 0, stdout: '', stderr: '' }),
    nowMs: () => Date.UTC(2026, 10, 23),
    print: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    ...overrides,
  };
  return { project, deps, lines, text: () => lines.join('\n') };
}

const DEV: DeployOptions = { env: 'dev' };

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OpenhoursError);
  return (error as OpenhoursError).message;
}

test('a plan shows every change with its command, and touches nothing', async () => {
  const { project, deps, text } = makeDeps();
  expect(await deploy(DEV, true, deps)).toBe(0);
  expect(project.changes).toEqual([]);
  expect(text()).toContain('+ create secret openhours-dev-livekit-api-secret');
  expect(text()).toContain('gcloud run jobs replace -');
  expect(text()).toContain('21 changes to make; nothing was touched');
  for (const value of Object.values(SECRETS)) expect(text()).not.toContain(value);
});

test('a second deployment changes nothing and says so', async () => {
  const { project, deps, lines, text } = makeDeps();
  await deploy(DEV, false, deps);
  expect(text()).toContain('21 changes made');
  const before = project.changes.length;
  lines.length = 0;
  await deploy(DEV, false, deps);
  expect(project.changes).toHaveLength(before);
  expect(text()).toContain('nothing to change: everything is as the settings say');
});

test('no secret is in an argument or a line, and each goes to standard input', async () => {
  const { project, deps, text } = makeDeps();
  await deploy(DEV, false, deps);
  const typed = project.changes.flatMap(({ args }) => args).join(' ');
  const inputs = project.changes.filter(({ secret }) => secret).map(({ input }) => input);
  expect(inputs.toSorted()).toEqual(Object.values(SECRETS).toSorted());
  for (const value of Object.values(SECRETS)) expect(typed + text()).not.toContain(value);
});

test('accounts get single roles only: each secret for the worker, the job for the scheduler', async () => {
  const { project, deps } = makeDeps();
  await deploy(DEV, false, deps);
  const roles = [...project.roles].map((one) => one.split(' ')[1]);
  expect(roles.filter((role) => role === 'roles/secretmanager.secretAccessor')).toHaveLength(7);
  expect(roles.filter((role) => role === 'roles/run.invoker')).toHaveLength(1);
  expect(roles).toHaveLength(8);
  expect(project.verbs.join('\n')).not.toMatch(/projects add-iam-policy-binding|allUsers/);
});

test('a new value of a secret makes a version, and the job uses it', async () => {
  const { project, deps, lines, text } = makeDeps();
  await deploy(DEV, false, deps);
  lines.length = 0;
  const changed = { ...deps, environment: { ...SECRETS, OPENAI_API_KEY: 'sk-another' } };
  await deploy(DEV, false, changed);
  expect(text()).toContain('~ change secret openhours-dev-openai-api-key (a new value after version 1)');
  expect(text()).toMatch(/~ change job openhours-worker-dev \(.*1 → 2\)/);
  expect(text()).toContain('2 changes made');
  expect(JSON.stringify(project.run.get('jobs/openhours-worker-dev'))).toContain(
    '"secretKeyRef":{"name":"openhours-dev-openai-api-key","key":"2"}',
  );
});

test('a value that is stored need not be given again, but an empty one is refused', async () => {
  const { project, deps } = makeDeps();
  await deploy(DEV, false, deps);
  const before = project.changes.length;
  await deploy(DEV, false, { ...deps, environment: {} });
  expect(project.changes).toHaveLength(before);
  const message = await messageOf(deploy(DEV, false, { ...deps, environment: { OPENAI_API_KEY: ' ' } }));
  expect(message).toContain('OPENAI_API_KEY is empty');
  expect(project.changes).toHaveLength(before);
});

test('a deployment that stopped half-way goes on where it stopped', async () => {
  const { project, deps } = makeDeps();
  project.refusals.set('run jobs replace', 'ERROR: (gcloud.run.jobs.replace) PERMISSION_DENIED: no');
  expect(await messageOf(deploy(DEV, false, deps))).toContain('What to do: ask an owner');
  const before = project.verbs.length;
  await deploy(DEV, false, deps);
  expect(project.verbs.slice(before)).toEqual([
    'gcloud run jobs replace',
    'gcloud run jobs add-iam-policy-binding',
  ]);
});

test('everything that is wrong is said at once, before anything is changed', async () => {
  const { project, deps } = makeDeps(new FakeProject(), {
    environment: { ...SECRETS, OPENAI_API_KEY: '', DEEPGRAM_API_KEY: undefined, LIVEKIT_URL: 'nowhere' },
    askPermissions: () => () => {
      const roles = new Set(PERMISSIONS);
      roles.delete('secretmanager.versions.add');
      return Promise.resolve(roles);
    },
    settings: (env) => loadEnvironment(env, undefined, { ...PLACE, GOOGLE_CLOUD_REGION: 'us-centrall1' }),
  });
  const message = await messageOf(deploy({ ...DEV, tag: 'no tag' }, false, deps));
  expect(message).toContain('dev.region is us-centrall1, which Cloud Run does not have');
  expect(message).toContain('roles/secretmanager.admin is missing (secretmanager.versions.add)');
  expect(message).toContain('OPENAI_API_KEY is empty');
  expect(message).toContain('DEEPGRAM_API_KEY is not set');
  expect(message).toContain('LIVEKIT_URL must be a URL');
  expect(message).toContain('--tag is "no tag"');
  expect(message).toContain('6 problems');
  expect(project.changes).toEqual([]);
});

test('without a project or gcloud, what else is wrong is still said', async () => {
  const { deps } = makeDeps(new FakeProject(), {
    settings: (env) => loadEnvironment(env, undefined, {}),
    gcloudVersion: () =>
      Promise.reject(new OpenhoursError('GCLOUD_MISSING', 'gcloud cannot be run: install it')),
  });
  const message = await messageOf(deploy(DEV, false, deps));
  expect(message).toContain('dev.project is empty: set GOOGLE_CLOUD_PROJECT');
  expect(message).toContain('gcloud cannot be run: install it');
});

test.each([
  [{ env: 'production' }, '--env is "production": use dev, staging, prod'],
  [{ env: 'dev', target: 'lambda' }, '--target is "lambda": use job, worker-pool, service, gke'],
  [{ env: 'dev', component: 'console' }, '--component is "console": use worker or gateway'],
  [{ env: 'dev', secretsFile: 'nowhere.env' }, '--secrets-file is nowhere.env, which cannot be read'],
])('%j is refused', async (options, problem) => {
  const { deps } = makeDeps();
  expect(await messageOf(deploy(options, true, deps))).toContain(problem);
});

test('the gateway is open to webhooks without a role for everybody, and scales to zero', async () => {
  const { project, deps } = makeDeps();
  await deploy({ ...DEV, component: 'gateway' }, false, deps);
  const manifest = JSON.stringify(project.run.get('services/openhours-gateway-dev'));
  expect(manifest).toContain('"run.googleapis.com/invoker-iam-disabled":"true"');
  expect(manifest).toContain('"autoscaling.knative.dev/minScale":"0"');
  expect([...project.roles].join()).not.toContain('allUsers');
});

test('with --json there is one document, and lines go to stderr', async () => {
  const printed: string[] = [];
  const { deps } = makeDeps(new FakeProject(), { print: (line) => printed.push(line) });
  await deploy({ ...DEV, json: true }, true, deps);
  expect(printed).toHaveLength(1);
  expect(JSON.parse(printed[0] ?? '')).toMatchObject({ env: 'dev', tag: 'abc123', plan: true, changed: 21 });
});

test('destroy shows what would go, and with --yes leaves nothing but the APIs', async () => {
  const { project, deps, lines, text } = makeDeps();
  await deploy(DEV, false, deps);
  await deploy({ ...DEV, component: 'gateway' }, false, deps);
  const before = project.changes.length;
  lines.length = 0;
  await destroy(DEV, deps);
  expect(text()).toContain('add --yes to remove');
  expect(project.changes).toHaveLength(before);
  await destroy({ ...DEV, yes: true }, deps);
  expect([project.run.size, project.secrets.size, project.accounts.size, project.repositories.size]).toEqual([
    0, 0, 0, 0,
  ]);
  expect(project.apis.size).toBeGreaterThan(0);
  lines.length = 0;
  await destroy({ ...DEV, yes: true }, deps);
  expect(text()).toContain('nothing to remove');
});

test('destroying one component leaves what the other one needs', async () => {
  const { project, deps } = makeDeps();
  await deploy(DEV, false, deps);
  await deploy({ ...DEV, component: 'gateway' }, false, deps);
  await destroy({ ...DEV, component: 'gateway', yes: true }, deps);
  expect(project.run.size).toBe(1);
  expect(project.secrets.size).toBe(7);
  expect(project.repositories.size).toBe(1);
  expect([...project.accounts].join()).not.toContain('gateway');
});

test('destroying one target leaves what the worker needs where it is besides', async () => {
  const { project, deps, text } = makeDeps(new FakeProject(), STAYING);
  await deploy(DEV, false, deps);
  const alone = project.accounts.size;
  await deploy({ ...DEV, target: 'service' }, false, deps);
  await destroy({ ...DEV, yes: true }, deps);
  expect(text()).toContain('the worker is in another place than job, too: what both need stays');
  expect([...project.run.keys()]).toEqual(['services/openhours-worker-dev']);
  expect([project.secrets.size, project.accounts.size]).toEqual([7, alone - 1]);
  await destroy({ ...DEV, target: 'service', yes: true }, deps);
  expect([project.run.size, project.secrets.size, project.accounts.size]).toEqual([0, 0, 0]);
});

test('an environment is not destroyed under a worker, unless that is forced', async () => {
  const { project, deps } = makeDeps();
  await deploy(DEV, false, deps);
  project.executions.push({
    metadata: { name: 'openhours-worker-dev-x7k2p' },
    status: { startTime: '2026-11-23T04:00:00Z' },
  });
  expect(await messageOf(destroy({ ...DEV, yes: true }, deps))).toContain(
    'openhours-worker-dev-x7k2p is at work',
  );
  expect(project.run.size).toBe(1);
  await destroy({ ...DEV, yes: true, force: true }, deps);
  expect(project.verbs).toContain('gcloud run jobs executions');
  expect(project.run.size).toBe(0);
});

const STAYING: Partial<DeployDeps> = {
  settings: (env) => ({
    ...loadEnvironment(env, undefined, PLACE),
    scaling: { minInstances: 1, maxInstances: 2 },
  }),
};

/** A kubectl that points to a cluster of the project, whose objects are as wanted from the second time on. */
function makeCluster() {
  let applied = false;
  const asked: string[] = [];
  const kubectl: DeployDeps['kubectl'] = (args) => {
    const [verb = ''] = args;
    asked.push(verb);
    const code = verb === 'diff' && !applied ? 1 : 0;
    if (verb === 'apply') applied = true;
    const stdout: Record<string, string> = {
      config: 'gke_my-project_us-central1_clinics\n',
      apply:
        'namespace/openhours-dev serverside-applied\ndeployment.apps/openhours-worker serverside-applied\n',
      delete: applied ? 'namespace "openhours-dev" deleted\n' : '',
    };
    return Promise.resolve({ code, stdout: stdout[verb] ?? '', stderr: '' });
  };
  return { asked, kubectl };
}

test('what is changed in a cluster counts, and only where nothing is, nothing is said to change', async () => {
  const printed: string[] = [];
  const cluster = makeCluster();
  const { project, deps, lines, text } = makeDeps(new FakeProject(), { ...STAYING, ...cluster });
  const gke = { ...DEV, target: 'gke' };
  await deploy(gke, true, deps);
  expect(text()).toMatch(
    /to make in the project, and the cluster was not asked; nothing was touched: `openhours deploy apply --env dev --target gke`/,
  );
  expect(cluster.asked).toEqual([]);
  await deploy({ ...gke, json: true }, false, { ...deps, print: (line) => printed.push(line) });
  const report = JSON.parse(printed[0] ?? '') as { changed: number; changes: { name: string }[] };
  expect(report.changed).toBe(project.changes.length + 2);
  expect(report.changes.map(({ name }) => name)).toContain('deployment.apps/openhours-worker');
  lines.length = 0;
  await deploy(gke, false, deps);
  expect(text()).toContain('nothing to change: everything is as the settings say');
  lines.length = 0;
  await deploy(gke, false, { ...deps, kubectl: makeCluster().kubectl });
  expect(text()).toContain('2 changes made');
});

test('destroying pods says what their calls do, and what was in the cluster counts', async () => {
  const { deps, text, lines } = makeDeps(new FakeProject(), { ...STAYING, ...makeCluster() });
  const gke = { ...DEV, target: 'gke', component: 'worker' };
  await deploy(gke, false, deps);
  lines.length = 0;
  await destroy(gke, deps);
  expect(text()).toContain('pods are told by SIGTERM: their calls go on to the end, for up to 16 min');
  expect(text()).toContain('- delete namespace openhours-dev with all that is in it');
  expect(text()).toContain('add --yes to remove');
  lines.length = 0;
  await destroy({ ...gke, yes: true }, deps);
  expect(text()).toContain('- namespace "openhours-dev" deleted');
  expect(text()).toContain(`removed: ${lines.filter((line) => line.startsWith('- ')).length};`);
});

test.each(['service', 'worker-pool'])(
  'a %s is told to hand its calls over, whoever is at work',
  async (target) => {
    const { project, deps, text } = makeDeps(new FakeProject(), STAYING);
    await deploy({ ...DEV, target }, false, deps);
    // Of a job of the same name, which this does not take away.
    project.executions.push({ metadata: { name: 'now-1' }, status: { startTime: '2026-11-23T04:00:00Z' } });
    await destroy({ ...DEV, target, yes: true }, deps);
    expect(text()).toContain('the worker is told by SIGTERM: it hands its calls over within 10 s');
    expect(project.run.size).toBe(0);
  },
);
