import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeployDeps, deployDeps } from '../../src/commands/deploy-deps.ts';
import { type DeployOptions, deploy, destroy } from '../../src/commands/deploy.ts';
import type { RunKubectl } from '../../src/deploy/targets/kubectl.ts';
import { GCLOUD } from './gcloud-env.ts';
import { sameAsGolden, sameDocuments } from './golden.ts';
import { REQUEST, type Scene, openScene } from './scene.ts';

const title = GCLOUD
  ? 'gateway, service, worker pool and GKE, with the real gcloud'
  : 'NOT RUN: gcloud is not installed';
const PLACE = 'run:projects/openhours-test/locations/us-central1';
const WORKER = 'openhours-worker-prod';

/** A cluster that keeps what it was given last, without looking at it: the manifests are validated in manifests.test.ts. */
class Cluster {
  asked: string[] = [];
  given: string | undefined;
  readonly run: RunKubectl = (args, { input }) => {
    this.asked.push(args.slice(0, 2).join(' '));
    const said = (stdout: string, code = 0) => Promise.resolve({ code, stdout, stderr: '' });
    switch (args[0]) {
      case 'config':
        return said('gke_openhours-test_us-central1_clinics\n');
      case 'diff':
        return said('', input === this.given ? 0 : 1);
      case 'apply':
        this.given = input;
        return said('namespace/openhours-prod serverside-applied\n');
      default:
        this.given = undefined;
        return said('namespace "openhours-prod" deleted\n');
    }
  };
}

describe.runIf(GCLOUD)(title, () => {
  let scene: Scene;
  const cluster = new Cluster();
  /** What others, and the gateway alone, leave. */
  let before: string[];
  let gatewayAlone: string[];
  /** Everything with a worker's accounts, secrets and image, before there is a place where it runs. */
  let withGroundwork: () => void;

  // Cloud Build keeps its record, the bucket its source, and a repository that somebody uses its images.
  const stored = () =>
    [...scene.google.state.things.keys()]
      .filter((key) => !/^(storage|cloudbuild):|dockerImages/.test(key))
      .toSorted();
  const told = async (
    command: (deps: DeployDeps) => Promise<unknown>,
    { target }: Partial<DeployOptions>,
  ) => {
    scene.google.forget();
    cluster.asked = [];
    const { schedule, monitoring } = deployDeps().plugIns;
    // Alerts take most of the time, and differ by a filter only, which their own tests compare: the service has them for all.
    const watched = target === 'service' ? monitoring : () => [];
    const { lines, error } = await scene.tell(command, {
      kubectl: cluster.run,
      plugIns: { schedule, monitoring: watched },
    });
    expect(error).toBeUndefined();
    return lines.join('\n');
  };
  const apply = (asked: Partial<DeployOptions>) =>
    told((deps) => deploy({ ...REQUEST, ...asked }, false, deps), asked);
  const remove = (asked: Partial<DeployOptions>) =>
    told((deps) => destroy({ env: 'prod', yes: true, ...asked }, deps), asked);
  const asGolden = async (name: string) => {
    const changes = scene.google.changes();
    expect(changes.filter(({ status }) => status !== 200)).toEqual([]);
    const shown = changes.filter(({ service }) => service !== 'logging' && service !== 'monitoring');
    await sameAsGolden(name, shown, 'job-prod');
  };
  const changesNothing = async (asked: Partial<DeployOptions>) => {
    expect(await apply(asked)).toContain('nothing to change: everything is as the settings say');
    expect(scene.google.changes()).toEqual([]);
  };

  beforeAll(async () => {
    scene = await openScene();
    before = stored();
  }, 60_000);
  afterAll(() => scene.close());

  test('the gateway is made, and a second time nothing is', { timeout: 120_000 }, async () => {
    expect(await apply({ component: 'gateway' })).toMatch(/changes made\n.*webhooks\/livekit/);
    await asGolden('gateway-prod');
    gatewayAlone = stored();
    await changesNothing({ component: 'gateway' });
  });

  test('a service is made beside it, and a second time nothing is', { timeout: 120_000 }, async () => {
    expect(await apply({ target: 'service' })).toMatch(/changes made/);
    await asGolden('service-prod');
    expect(stored().filter((key) => /^monitoring:.*alertPolicies/.test(key))).not.toEqual([]);
    await changesNothing({ target: 'service' });
  });

  test('its destroy leaves the gateway as it was', { timeout: 120_000 }, async () => {
    const { state } = scene.google;
    const after = state.save();
    for (const key of stored())
      if (/^(logging|monitoring):|worker-prod(-\d+)?$/.test(key) && !key.startsWith('iam:'))
        state.remove(key);
    withGroundwork = state.save();
    after();
    await remove({ target: 'service', component: 'worker' });
    expect(stored()).toEqual(gatewayAlone);
  });

  test(
    'a worker pool is made, a second time nothing is, and a destroy removes it',
    { timeout: 120_000 },
    async () => {
      withGroundwork();
      expect(await apply({ target: 'worker-pool' })).toMatch(/changes? made/);
      await asGolden('worker-pool-prod');
      expect(stored()).toContain(`${PLACE}/workerpools/${WORKER}`);
      await changesNothing({ target: 'worker-pool' });
      await remove({ target: 'worker-pool', component: 'worker' });
      expect(stored()).toEqual(gatewayAlone);
    },
  );

  test(
    'a cluster is given its objects, a second time nothing, and a destroy removes them',
    { timeout: 120_000 },
    async () => {
      withGroundwork();
      expect(await apply({ target: 'gke' })).toMatch(/changes? made/);
      await asGolden('gke-prod');
      await sameDocuments('gke-prod-objects', cluster.given ?? '');
      expect(cluster.asked).toEqual(['config current-context', 'diff --server-side', 'apply --server-side']);
      await changesNothing({ target: 'gke' });
      expect(cluster.asked).toEqual(['config current-context', 'diff --server-side']);
      await remove({ target: 'gke', component: 'worker' });
      expect(cluster.given).toBeUndefined();
      expect(stored()).toEqual(gatewayAlone);
    },
  );

  test('a destroy of everything leaves nothing of ours', { timeout: 120_000 }, async () => {
    await remove({});
    expect(stored()).toEqual(before);
    expect([...scene.google.state.policies.values()].flatMap((policy) => policy['bindings'])).toEqual([]);
    expect(scene.google.strays).toEqual([]);
  });
});
