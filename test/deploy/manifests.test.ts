import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { renderGke } from '../../src/deploy/targets/gke.ts';
import type { KubernetesObject } from '../../src/deploy/targets/gke-scaling.ts';
import { manifestText } from '../../src/deploy/targets/run-resource.ts';
import { CLUSTER_KINDS } from '../support/cluster-kinds.ts';
import { anySettings, makeFacts } from '../support/deploy-settings.ts';
import { type RunCheck, installChecks } from './checks.ts';

/** The oldest that Autopilot's stable channel has, and the newest of which there are schemas. */
const VERSIONS = ['1.33', '1.37'];

let check: RunCheck;
// The environment is 200 MB, once.
beforeAll(async () => void (check = await installChecks()), 300_000);

/** What Kubernetes' own schemas, in which nothing unknown may stand, say of the objects whose kinds are its own. */
async function validate(objects: readonly KubernetesObject[], version: string) {
  const own = objects.filter(({ kind }) => !(kind in CLUSTER_KINDS));
  const args = ['--strict', '--quiet', '--kubernetes-version', version, '-'];
  // By its module: the script names the interpreter of the folder that it was installed in before that was moved.
  return await check('python', ['-m', 'kubernetes_validate', ...args], own.map(manifestText).join('---\n'));
}

test.each(VERSIONS)(
  'what a cluster is given fits the schemas of Kubernetes %s, of any size',
  { timeout: 120_000 },
  async (version) => {
    const objects = fc
      .sample(anySettings, { numRuns: 12, seed: 7 })
      .flatMap((settings) => renderGke(settings, makeFacts()));
    expect(objects.filter(({ kind }) => !(kind in CLUSTER_KINDS))).toHaveLength(12 * 5);
    expect(await validate(objects, version)).toEqual({ code: 0, output: '' });
  },
);

test('a slip would be noticed', { timeout: 120_000 }, async () => {
  const [settings] = fc.sample(anySettings, { numRuns: 1, seed: 7 });
  if (settings === undefined) throw new Error('no settings');
  const wrong = renderGke(settings, makeFacts()).map((object) =>
    object.kind === 'PodDisruptionBudget'
      ? { ...object, spec: { ...object.spec, maxUnavailabel: 1 } }
      : object,
  );
  const { code, output } = await validate(wrong, '1.33');
  expect(code).not.toBe(0);
  expect(output).toContain('maxUnavailabel');
});
