import { expect, test } from 'vitest';
import { makeFacts, makeSettings } from '../../../test/support/deploy-settings.ts';
import { changeCount } from '../apply.ts';
import { gkeYaml } from './gke.ts';
import { type RunKubectl, applyCluster, destroyCluster, planCluster } from './kubectl.ts';

const SETTINGS = makeSettings();
const YAML = gkeYaml(SETTINGS, makeFacts());
const CONTEXT = 'gke_invented-project_europe-west3_clinics';

const APPLY_LINE = '# kubectl apply --server-side --force-conflicts --field-manager=openhours -f -';

/** A kubectl that answers as told, by its first argument. */
function makeKubectl(answers: Record<string, { code?: number; stdout?: string; stderr?: string }> = {}) {
  const asked: { args: readonly string[]; input: string | undefined }[] = [];
  const printed: string[] = [];
  const run: RunKubectl = async (args, { input }) => {
    asked.push({ args, input });
    const all = { config: { stdout: `${CONTEXT}\n` }, diff: { code: 1 }, ...answers };
    return { code: 0, stdout: '', stderr: '', ...all[args[0] as keyof typeof all] };
  };
  return { asked, printed, deps: { run, print: (line: string) => void printed.push(line) } };
}

test('a plan shows the manifests and the command, and asks nothing', () => {
  const { printed, asked, deps } = makeKubectl();
  planCluster(YAML, deps);
  expect(printed).toEqual([YAML.trimEnd(), APPLY_LINE]);
  expect(asked).toEqual([]);
});

test('what differs is applied, and what was done is said', async () => {
  const { printed, asked, deps } = makeKubectl({
    apply: {
      stdout:
        'namespace/openhours-prod serverside-applied\ndeployment.apps/openhours-worker serverside-applied\n',
    },
  });
  const changes = await applyCluster(SETTINGS, YAML, deps);
  expect(changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
    'change namespace/openhours-prod',
    'change deployment.apps/openhours-worker',
  ]);
  expect(asked.map(({ args }) => args[0])).toEqual(['config', 'diff', 'apply']);
  expect(asked.at(-1)?.input).toBe(YAML);
  expect(printed).toEqual([
    '~ namespace/openhours-prod serverside-applied',
    '~ deployment.apps/openhours-worker serverside-applied',
  ]);
});

test('a second time changes nothing and says so', async () => {
  const { printed, asked, deps } = makeKubectl({ diff: { code: 0 } });
  expect(changeCount(await applyCluster(SETTINGS, YAML, deps))).toBe(0);
  expect(asked.map(({ args }) => args[0])).toEqual(['config', 'diff']);
  expect(printed).toEqual([`= same        namespace openhours-prod in ${CONTEXT}`]);
});

test.each([
  [
    'gke_another-project_europe-west3_clinics\n',
    /is "gke_another-project_europe-west3_clinics", which is no cluster of the project invented-project/,
  ],
  ['minikube\n', /is "minikube"/],
  ['', /is not set/],
])('another cluster is left alone: %j', async (stdout, message) => {
  for (const work of [applyCluster, destroyCluster]) {
    const { asked, deps } = makeKubectl({ config: { stdout } });
    await expect(work(SETTINGS, YAML, deps)).rejects.toMatchObject({ code: 'DEPLOY_INVALID' });
    await expect(work(SETTINGS, YAML, deps)).rejects.toThrow(message);
    await expect(work(SETTINGS, YAML, deps)).rejects.toThrow(/gcloud container clusters get-credentials/);
    expect(new Set(asked.map(({ args }) => args[0]))).toEqual(new Set(['config']));
  }
});

test('a cluster without an add-on is said to lack it', async () => {
  const { deps } = makeKubectl({
    apply: { code: 1, stderr: 'error: no matches for kind "ScaledObject" in version "keda.sh/v1alpha1"' },
  });
  await expect(applyCluster(SETTINGS, YAML, deps)).rejects.toMatchObject({
    code: 'CLOUD_FAILED',
    message: expect.stringMatching(
      /no matches for kind "ScaledObject"[^]*needs KEDA[^]*docs\/targets.md/,
    ) as string,
  });
});

test('everything is taken away again, and what was is said', async () => {
  const { printed, asked, deps } = makeKubectl({
    delete: { stdout: 'namespace "openhours-prod" deleted\n' },
  });
  const changes = await destroyCluster(SETTINGS, YAML, deps);
  expect(changes).toMatchObject([{ action: 'delete', name: 'namespace "openhours-prod"' }]);
  expect(asked.at(-1)).toMatchObject({ args: ['delete', '--ignore-not-found', '--wait=false', '-f', '-'] });
  expect(printed).toEqual(['- namespace "openhours-prod" deleted']);
});
