import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeployDeps } from '../../src/commands/deploy-deps.ts';
import { type DeployOptions, deploy, destroy } from '../../src/commands/deploy.ts';
import { updateImage } from '../../src/commands/deploy-operate.ts';
import { rotateSecret } from '../../src/commands/deploy-rotate.ts';
import { projectRoot } from '../../src/config/paths.ts';
import { loadEnvironment } from '../../src/deploy/environments.ts';
import { GCLOUD } from './gcloud-env.ts';
import { sameAsGolden } from './golden.ts';
import { startExecution } from './google-executions.ts';
import { fire } from './google-scheduler.ts';
import { part } from './google-state.ts';
import { documentedCommands, runDocumented } from './operations.ts';
import { REQUEST, type Scene, SECRETS, openScene } from './scene.ts';

const title = GCLOUD ? 'a deployment, with the real gcloud' : 'NOT RUN: gcloud is not installed';
const SETTINGS = readFileSync(join(projectRoot(), 'deploy', 'environments.yaml'), 'utf8');
/** Where a job's manifest has its container. */
const CONTAINER = ['spec', 'template', 'spec', 'template', 'spec', 'containers', 0] as const;
/** The settings with one thing in them changed. */
const settings = (from: string, to: string): Partial<DeployDeps> => ({
  settings: (env) => loadEnvironment(env, SETTINGS.replaceAll(from, to)),
});

const WRONG: readonly {
  what: string;
  asked?: Partial<DeployOptions>;
  overrides?: Partial<DeployDeps>;
  says: RegExp;
}[] = [
  {
    what: 'an environment that is none',
    asked: { env: 'production' },
    says: /"production".*dev, staging, prod/s,
  },
  {
    what: 'no project',
    overrides: { settings: (env) => loadEnvironment(env, SETTINGS, {}) },
    says: /prod\.project.*GOOGLE_CLOUD_PROJECT/s,
  },
  {
    what: 'the project of somebody else',
    overrides: { settings: (env) => loadEnvironment(env, SETTINGS, { GOOGLE_CLOUD_PROJECT: 'not-ours-1' }) },
    says: /not-ours-1.*not there, or not for whoever is logged in/s,
  },
  {
    what: 'a region that is none',
    overrides: settings('us-central1', 'us-central9'),
    says: /us-central9.*us-central1/s,
  },
  { what: '3 CPUs', overrides: settings('cpu: 2', 'cpu: 3'), says: /cpu.*3/s },
  { what: '64 GiB', overrides: settings('memory: 4Gi', 'memory: 64Gi'), says: /memory.*64Gi/s },
  {
    what: 'a task of 169 hours',
    overrides: settings('longest_task: 24h', 'longest_task: 169h'),
    says: /longest_task.*168/s,
  },
  {
    what: 'a secret that is empty, and one that is missing',
    overrides: { environment: { ...SECRETS, OPENAI_API_KEY: ' ', DEEPGRAM_API_KEY: undefined } },
    says: /OPENAI_API_KEY.*is empty.*DEEPGRAM_API_KEY.*is not set/s,
  },
];

describe.runIf(GCLOUD)(title, () => {
  let scene: Scene;
  /** What was in the project before us. */
  let others: [string, unknown][];
  const stored = () => [...scene.google.state.things].map(([key, thing]) => [key, structuredClone(thing)]);

  beforeAll(async () => {
    scene = await openScene();
    const { state } = scene.google;
    const place = `projects/${state.project}/locations/us-central1/jobs`;
    const labels = { team: 'reports' };
    state.add(
      `iam:projects/${state.project}/serviceAccounts/reports@${state.project}.iam.gserviceaccount.com`,
      {
        email: `reports@${state.project}.iam.gserviceaccount.com`,
      },
    );
    state.add(`secretmanager:projects/${state.number}/secrets/reports`, {
      name: `projects/${state.number}/secrets/reports`,
      labels,
    });
    state.add(`run:${place}/reports`, { metadata: { name: 'reports', labels }, spec: {}, status: {} });
    state.add(`cloudscheduler:${place}/openhours-nightly-report`, {
      name: `${place}/openhours-nightly-report`,
      schedule: '0 3 * * *',
    });
    others = stored() as typeof others;
  }, 60_000);
  afterAll(() => scene.close());

  test.each(WRONG)('$what is refused before anything is changed', { timeout: 60_000 }, async (row) => {
    const asked = { ...REQUEST, ...row.asked };
    const { error } = await scene.tell((deps) => deploy(asked, false, deps), row.overrides);
    expect(error?.code).toBe('DEPLOY_INVALID');
    expect(error?.message).toMatch(row.says);
    expect(scene.google.changes()).toEqual([]);
  });

  test('a plan shows every command and touches nothing', { timeout: 60_000 }, async () => {
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, true, deps));
    expect(error).toBeUndefined();
    expect(scene.google.changes()).toEqual([]);
    expect(lines.join('\n')).toContain('gcloud run jobs replace -');
    expect(lines.join('\n')).toContain('nothing was touched');
  });

  test('a deployment that Google stops in the middle says what to do', { timeout: 180_000 }, async () => {
    scene.google.fail({ service: 'run', method: 'POST', path: /\/jobs$/, status: 403 });
    const { error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error?.code).toBe('CLOUD_REFUSED');
    expect(error?.message).toMatch(/^gcloud run jobs replace .*failed.*What to do: ask an owner/s);
  });

  test('the next run completes it, request for request', { timeout: 180_000 }, async () => {
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error).toBeUndefined();
    expect(lines.join('\n')).toMatch(/\d+ changes made/);
    const { google } = scene;
    await sameAsGolden(
      'job-prod',
      google.changes().filter(({ status }) => status === 200),
    );
    for (const value of Object.values(SECRETS)) expect(lines.join('\n')).not.toContain(value);
    const values = [...google.state.payloads.values()].map((data) => Buffer.from(data, 'base64').toString());
    expect(values.toSorted()).toEqual(Object.values(SECRETS).toSorted());
  });

  test('each entry of the schedule may start the job, and does', () => {
    const { state } = scene.google;
    const place = `projects/${state.project}/locations/us-central1`;
    const restore = state.save();
    const entries = state
      .list(`cloudscheduler:${place}/jobs`)
      .filter(({ name }) => String(name).includes('openhours-prod-'));
    expect(entries).toHaveLength(2);
    for (const entry of entries) {
      fire(state, entry);
      expect(entry['status']).toEqual({});
    }
    expect(state.list(`run:${place}/executions`)).toHaveLength(2);
    restore();
  });

  test('another apply changes nothing and says so', { timeout: 120_000 }, async () => {
    scene.google.forget();
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error).toBeUndefined();
    expect(scene.google.changes()).toEqual([]);
    expect(lines.join('\n')).toContain('nothing to change: everything is as the settings say');
  });

  test(
    'a secret is rotated: the job reads the new version, and the old one is off',
    { timeout: 60_000 },
    async () => {
      const { state } = scene.google;
      const restore = state.save();
      const environment = { DEEPGRAM_API_KEY: 'another-deepgram-key-of-nobody' };
      const rotate = () =>
        scene.tell((deps) => rotateSecret('DEEPGRAM_API_KEY', { env: 'prod', disableOld: true }, deps), {
          environment,
        });
      const { lines, error } = await rotate();
      expect(error).toBeUndefined();
      expect(lines.join('\n')).toMatch(
        /openhours-worker-prod \(DEEPGRAM_API_KEY is version 2\)[^]*version 1 is disabled/,
      );
      expect(lines.join('\n')).not.toContain(environment.DEEPGRAM_API_KEY);
      const job = state.get(`run:projects/${state.project}/locations/us-central1/jobs/openhours-worker-prod`);
      const reference = { key: '2', name: 'openhours-prod-deepgram-api-key' };
      expect(part(job, ...CONTAINER)['env']).toContainEqual({
        name: 'DEEPGRAM_API_KEY',
        valueFrom: { secretKeyRef: reference },
      });
      const versions = `secretmanager:projects/${state.number}/secrets/${reference.name}/versions`;
      expect(state.list(versions).map((one) => one['state'])).toEqual(['DISABLED', 'ENABLED']);
      scene.google.forget();
      expect((await rotate()).error).toBeUndefined();
      expect(scene.google.changes()).toEqual([]);
      restore();
    },
  );

  test('another image that is there is run from the next execution on', { timeout: 60_000 }, async () => {
    const { state } = scene.google;
    const restore = state.save();
    const images = [...state.things].filter(([key]) => key.includes('/dockerImages/'));
    for (const [, one] of images) (one['tags'] as string[]).push('v2');
    const { lines, error } = await scene.tell((deps) => updateImage({ env: 'prod', tag: 'v2' }, deps));
    expect(error).toBeUndefined();
    expect(lines.join('\n')).toMatch(/worker:v1 → .*worker:v2, from the next execution on/);
    const job = state.get(`run:projects/${state.project}/locations/us-central1/jobs/openhours-worker-prod`);
    expect(part(job, ...CONTAINER)['image']).toMatch(/worker:v2$/);
    restore();
  });

  test('docs/operations.md has commands that are checked', () => {
    expect(documentedCommands().length).toBeGreaterThan(20);
  });

  test.each(documentedCommands())('docs/operations.md: %s', { timeout: 60_000 }, async (line) => {
    const { state } = scene.google;
    const restore = state.save();
    const execution = startExecution(state, 'us-central1', 'openhours-worker-prod');
    const name = (execution['metadata'] as { name: string }).name;
    const ended = await runDocumented(scene, line, {
      env: 'prod',
      project: state.project,
      region: 'us-central1',
      execution: name,
      tag: 'v1',
      secret: 'openhours-prod-deepgram-api-key',
    });
    restore();
    expect(ended).toBe('');
  });

  test('destroy leaves nothing of ours, and what others made', { timeout: 180_000 }, async () => {
    const { error } = await scene.tell((deps) => destroy({ env: 'prod', yes: true }, deps));
    expect(error).toBeUndefined();
    // Cloud Build keeps its record and the source, as it does for everybody.
    const left = stored().filter(([key]) => !/^(storage|cloudbuild):/.test(key as string));
    expect(left).toEqual(others);
    expect([...scene.google.state.policies.values()].flatMap((policy) => policy['bindings'])).toEqual([]);
  });

  test('nothing was asked of any other host', () => {
    expect(scene.google.strays).toEqual([]);
  });
});
