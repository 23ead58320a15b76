import { expect, test } from 'vitest';
import { GCLOUD } from '../config/deploy-defaults.ts';
import { type ErrorCode, isOpenhoursError } from '../errors.ts';
import { type Refusal, refusalOf } from './gcloud-errors.ts';
import { type Finished, gcloudVersion, makeGcloud, runProgram } from './gcloud-process.ts';

const fine = (stdout = '{}'): Finished => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string): Finished => ({ code: 1, stdout: '', stderr });
const BUSY = failed('ERROR: (gcloud.x) ABORTED: there was a concurrent change');
const DOWN = failed('ERROR: (gcloud.x) HTTPError 503: Service Unavailable');
const THERE = failed('ERROR: (gcloud.x) ALREADY_EXISTS: Secret [s] already exists');
const GONE = failed('ERROR: (gcloud.x) NOT_FOUND: Secret [s] not found');

function makeTestGcloud(...answers: Finished[]) {
  const runs: { program: string; args: readonly string[]; input: string | undefined }[] = [];
  const slept: number[] = [];
  const lines: string[] = [];
  const gcloud = makeGcloud({
    run: (program, args, { input }) => {
      runs.push({ program, args, input });
      return Promise.resolve(answers.shift() ?? fine());
    },
    program: 'gcloud',
    project: 'my-project',
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
    onRetry: (line) => lines.push(line),
  });
  return { gcloud, runs, slept, lines };
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await work;
  } catch (error) {
    return isOpenhoursError(error) ? error.code : undefined;
  }
  return undefined;
}

test('a read says which project and form it wants, and is kept until the same service is changed', async () => {
  const { gcloud, runs } = makeTestGcloud(fine('[1]'), fine('[2]'), fine(), fine('[3]'));
  expect(await gcloud.read(['secrets', 'list'])).toEqual([1]);
  expect(await gcloud.read(['secrets', 'list'])).toEqual([1]);
  expect(await gcloud.read(['run', 'jobs', 'list'])).toEqual([2]);
  await gcloud.change({ args: ['secrets', 'create', 's'] });
  expect(await gcloud.read(['run', 'jobs', 'list'])).toEqual([2]);
  expect(await gcloud.read(['secrets', 'list'])).toEqual([3]);
  expect(runs[0]?.args).toEqual(['secrets', 'list', '--project=my-project', '--format=json', '--quiet']);
});

test('a secret goes to standard input and never into an argument', async () => {
  const { gcloud, runs } = makeTestGcloud();
  await gcloud.change({
    args: ['secrets', 'create', 's', '--data-file=-'],
    input: 'made-up',
    secret: true,
  });
  expect(runs[0]?.input).toBe('made-up');
  expect(runs[0]?.args.join(' ')).not.toContain('made-up');
});

test.each([BUSY, DOWN, failed('ERROR: (gcloud.x) RESOURCE_EXHAUSTED: Quota exceeded')])(
  'what is busy is tried again: $stderr',
  async (answer) => {
    const { gcloud, runs, slept, lines } = makeTestGcloud(answer, answer);
    await gcloud.change({ args: ['run', 'jobs', 'replace', '-'] });
    expect(runs).toHaveLength(3);
    expect(slept).toEqual(GCLOUD.retryMs.slice(0, 2));
    expect(lines[0]).toContain('trying again in 1 s');
  },
);

test('tries come to an end, with what to do', async () => {
  const { gcloud, runs } = makeTestGcloud(...Array.from({ length: 9 }, () => DOWN));
  await expect(gcloud.change({ args: ['run', 'jobs', 'replace', '-'] })).rejects.toThrow(
    /gcloud run jobs replace - failed \(5 tries\): HTTPError 503.*\nWhat to do: see status\.cloud\.google\.com/,
  );
  expect(runs).toHaveLength(5);
});

test('an account that was just made is waited for', async () => {
  const unsettled = failed(
    'ERROR: (gcloud.x) INVALID_ARGUMENT: Service account openhours-worker-dev@my-project.iam.gserviceaccount.com does not exist.',
  );
  const { gcloud, slept } = makeTestGcloud(unsettled, unsettled);
  await gcloud.change({ args: ['secrets', 'add-iam-policy-binding', 's'] });
  expect(slept).toEqual([5_000, 10_000]);
});

test('a create whose answer was lost is done, and a create of what is there is not', async () => {
  await makeTestGcloud(DOWN, THERE).gcloud.change({ args: ['secrets', 'create', 's'] });
  expect(await codeOf(makeTestGcloud(THERE).gcloud.change({ args: ['secrets', 'create', 's'] }))).toBe(
    'CLOUD_FAILED',
  );
});

test('what is gone already is removed', async () => {
  await makeTestGcloud(GONE).gcloud.change({ args: ['secrets', 'delete', 's'] });
  expect(await makeTestGcloud(GONE).gcloud.find(['secrets', 'describe', 's'])).toBeUndefined();
  expect(await codeOf(makeTestGcloud(GONE).gcloud.read(['secrets', 'describe', 's']))).toBe(
    'CLOUD_NOT_FOUND',
  );
});

test.each<[string, Refusal]>([
  ['ERROR: (gcloud.auth) You do not currently have an active account selected.', 'unauthenticated'],
  ['ERROR: (gcloud.run.jobs.describe) Cannot find job [x].', 'not_found'],
  [
    'ERROR: (gcloud.x) PERMISSION_DENIED: run.googleapis.com has not been used in project 1 before or it is disabled.',
    'api_disabled',
  ],
  ["ERROR: (gcloud.x) PERMISSION_DENIED: Permission 'run.jobs.get' denied on resource", 'forbidden'],
  ['ERROR: (gcloud.x) HttpError accessing <http://x>: response: <{}>, content <{"code":500}>', 'unavailable'],
  ['ERROR: (gcloud.x) INTERNAL: something broke', 'unavailable'],
  ['ERROR: (gcloud.x) INVALID_ARGUMENT: cpu 3 is not allowed', 'invalid'],
  ['Waiting for 404 …\nERROR: (gcloud.x) RESOURCE_EXHAUSTED: Quota exceeded', 'too_many'],
])('%s is %s', (stderr, refusal) => {
  expect(refusalOf(stderr)).toBe(refusal);
});

test('docker gets no option of gcloud', async () => {
  const { gcloud, runs } = makeTestGcloud();
  await gcloud.change({ program: 'docker', args: ['push', 'image'] });
  expect(runs[0]).toMatchObject({ program: 'docker', args: ['push', 'image'] });
});

test('a gcloud that is too old or not there is named with its remedy', async () => {
  const old = { run: () => Promise.resolve(fine('{"Google Cloud SDK": "400.0.0"}')), program: 'gcloud' };
  await expect(gcloudVersion(old)).rejects.toThrow(/version 400.*components update/);
  const run = () => Promise.resolve(fine('{"Google Cloud SDK": "528.0.0"}'));
  expect(await gcloudVersion({ run, program: 'gcloud' })).toBe(528);
  await expect(gcloudVersion({ run: runProgram, program: '/nowhere/gcloud' })).rejects.toThrow(
    /\/nowhere\/gcloud cannot be run: install the Google Cloud CLI/,
  );
});

test('a program that takes too long is ended, and counts as unavailable', async () => {
  const { stderr } = await runProgram('sleep', ['60'], { limitMs: 20 });
  expect(refusalOf(stderr)).toBe('unavailable');
});
