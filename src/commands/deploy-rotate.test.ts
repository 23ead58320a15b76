import { expect, test } from 'vitest';
import {
  DEV_KEY,
  type DeployedPart,
  deployedProject,
  makeOperateDeps,
} from '../../test/support/deployed-project.ts';
import { rotateSecret } from './deploy-rotate.ts';

const DEV = { env: 'dev' };
const VARIABLE = 'OPENAI_API_KEY';

const rotating = (...parts: DeployedPart[]) =>
  makeOperateDeps(deployedProject(...parts), { environment: { [VARIABLE]: 'sk-second' } });
const typedIn = ({ project }: ReturnType<typeof rotating>) =>
  project.changes.map(({ args }) => args.join(' '));

test('a secret is rotated without being shown, and its version used', async () => {
  const made = rotating('job');
  expect(await rotateSecret(VARIABLE, { ...DEV, disableOld: true }, made.deps)).toBe(0);
  expect(made.project.secrets.get(DEV_KEY)).toEqual(['sk-first', 'sk-second']);
  const typed = typedIn(made);
  expect(typed[1]).toContain(`jobs update openhours-worker-dev`);
  expect(typed[1]).toContain(`--update-secrets=${VARIABLE}=${DEV_KEY}:2`);
  expect(typed[2]).toContain(`secrets versions disable 1 --secret=${DEV_KEY}`);
  expect(typed.join('\n') + made.text()).not.toMatch(/sk-first|sk-second/);
});

test('the same value rotates nothing, and an unknown variable is refused', async () => {
  const { project, deps, text } = makeOperateDeps(deployedProject('job', 'worker-pool'), {
    environment: { [VARIABLE]: 'sk-first' },
  });
  await rotateSecret(VARIABLE, DEV, deps);
  expect(project.changes).toEqual([]);
  expect(text()).toContain('nothing to change');
  await expect(rotateSecret('PATH', DEV, deps)).rejects.toThrow(
    'the secret is "PATH": name one of LIVEKIT_URL',
  );
});

test('a worker pool reads the new version, and is otherwise as it was', async () => {
  const made = rotating('worker-pool');
  const before = JSON.stringify(made.project.run.get('worker-pools/openhours-worker-dev'));
  await rotateSecret(VARIABLE, { ...DEV, json: true }, made.deps);
  expect(made.project.verbs).toContain('gcloud beta run worker-pools');
  expect(made.text()).toContain(`~ change worker pool openhours-worker-dev (${VARIABLE} is version 2)`);
  const after = JSON.stringify(made.project.run.get('worker-pools/openhours-worker-dev'));
  const reference = (version: string) => `{"name":"${DEV_KEY}","key":"${version}"}`;
  expect(JSON.parse(after)).toEqual(JSON.parse(before.replace(reference('1'), reference('2'))));
  expect(made.json()).toMatchObject({ updated: ['worker pool openhours-worker-dev'], disabled: false });
});

test('a version that another place still reads is not disabled, and the command says so', async () => {
  const made = rotating('job', 'service');
  expect(await rotateSecret(VARIABLE, { ...DEV, target: 'job', disableOld: true }, made.deps)).toBe(78);
  expect(made.text()).toContain('version 1 still works, read by service openhours-worker-dev');
  expect(typedIn(made).join('\n')).not.toContain('versions disable');
});

test('the gateway takes a new version of what it reads, too', async () => {
  const project = deployedProject('job', 'gateway');
  project.secrets.set('openhours-dev-livekit-api-key', ['APIfirst']);
  const { deps, text } = makeOperateDeps(project, { environment: { LIVEKIT_API_KEY: 'APIsecond' } });
  await rotateSecret('LIVEKIT_API_KEY', DEV, deps);
  expect(text()).toContain('~ change job openhours-worker-dev');
  expect(text()).toContain('~ change service openhours-gateway-dev');
});

test('for a cluster the version is stored, the old one left, and the command named that brings it to the pods', async () => {
  const made = rotating();
  const options = { ...DEV, target: 'gke', disableOld: true };
  expect(await rotateSecret(VARIABLE, options, made.deps)).toBe(78);
  expect(made.project.secrets.get(DEV_KEY)).toEqual(['sk-first', 'sk-second']);
  expect(made.text()).toContain('openhours deploy apply --env dev --target gke');
  expect(made.text()).toContain('version 1 still works');
  expect(typedIn(made).join('\n')).not.toContain('versions disable');
});
