import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { CLUSTER_KINDS } from '../../../test/support/cluster-kinds.ts';
import { anySettings, makeFacts, makeSettings } from '../../../test/support/deploy-settings.ts';
import { CALL, SHIFT } from '../../config/defaults.ts';
import { loadConfig } from '../../config/load.ts';
import { calmNoticeMs } from '../../lifecycle/stop-notice.ts';
import { WORKER_SECRETS } from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { memoryMib } from '../limits.ts';
import { gkeResources, gkeYaml, renderGke } from './gke.ts';
import type { TargetFacts } from './staying.ts';
import { REQUIRED_ENVIRONMENT } from '../../../test/support/config.ts';

const FACTS = makeFacts();

interface Sizes {
  requests: Record<string, string>;
  limits: Record<string, string>;
}
/** The part of a Deployment that is looked at here. */
interface Pod {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  containers: {
    image: string;
    env: { name: string; value: string }[];
    resources: Sizes;
    securityContext: Record<string, unknown>;
    lifecycle: { preStop: { sleep: { seconds: number } } };
    volumeMounts: { name: string; mountPath: string }[];
  }[];
  volumes: { name: string; csi?: { volumeAttributes: { secretProviderClass: string } } }[];
}
interface ScaledSpec {
  minReplicaCount: number;
  maxReplicaCount: number;
  triggers: { type: string; metadata: Record<string, string> }[];
}

function find(kind: string, settings: EnvironmentSettings = makeSettings(), facts: TargetFacts = FACTS) {
  const found = renderGke(settings, facts).find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}
function podOf(settings: EnvironmentSettings = makeSettings()) {
  const pod = (find('Deployment', settings).spec as unknown as { template: { spec: Pod } }).template.spec;
  const [container] = pod.containers;
  if (container === undefined) throw new Error('no container');
  return { pod, container, env: Object.fromEntries(container.env.map(({ name, value }) => [name, value])) };
}
const scaled = (settings?: EnvironmentSettings, facts?: TargetFacts) =>
  find('ScaledObject', settings, facts).spec as unknown as ScaledSpec;

test('everything of an environment is in its namespace, in an order in which it can be made', () => {
  const objects = renderGke(makeSettings(), FACTS);
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'ServiceAccount',
    'SecretProviderClass',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Deployment',
    'PodMonitoring',
    'TriggerAuthentication',
    'ScaledObject',
  ]);
  for (const { kind, metadata } of objects) {
    expect(metadata.labels).toMatchObject({ 'managed-by': 'openhours', 'openhours-env': 'prod' });
    expect(metadata.namespace).toBe(kind === 'Namespace' ? undefined : 'openhours-prod');
  }
  const yaml = parseAllDocuments(gkeYaml(makeSettings(), FACTS));
  expect(yaml.map((document) => document.toJS() as unknown)).toEqual(objects);
});

describe('the pod', () => {
  test('can write nothing but its own folders, is nobody, and holds no token', () => {
    const { pod, container } = podOf();
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const mounted = container.volumeMounts.map(({ name }) => name);
    expect(mounted.toSorted()).toEqual(pod.volumes.map(({ name }) => name).toSorted());
  });

  test('has what the worker needs, by variables and by files', () => {
    const { env } = podOf();
    const files = parse(
      (find('SecretProviderClass').spec as { parameters: { secrets: string } }).parameters.secrets,
    ) as { resourceName: string; path: string }[];
    expect(files.map(({ path }) => path)).toEqual([...WORKER_SECRETS].toSorted());
    expect(files.map(({ resourceName }) => resourceName)).toContain(
      'projects/invented-project/secrets/openhours-prod-livekit-api-secret/versions/3',
    );
    const secrets = Object.fromEntries(
      files.map(({ path }) => [path, REQUIRED_ENVIRONMENT[path as keyof typeof REQUIRED_ENVIRONMENT]]),
    );
    const config = loadConfig({ ...env, ...secrets });
    expect(config).toMatchObject({ maxCalls: 4, seatWait: true, port: 8_080, dataDir: '/var/lib/openhours' });
    expect(config.taskTimeoutMs).toBeUndefined();
  });

  test('is there longer than a drain takes, and a drain leaves the longest call its time', () => {
    const { pod, container, env } = podOf();
    const noticeS = Number(env['STOP_NOTICE_S']);
    const graceS = pod.terminationGracePeriodSeconds;
    expect(graceS).toBeGreaterThan(container.lifecycle.preStop.sleep.seconds + noticeS);
    expect(calmNoticeMs(noticeS * 1_000)).toBeGreaterThanOrEqual(CALL.longestMs + SHIFT.handoverMs);
    // The longest that GKE gives a pod whose node is upgraded.
    expect(graceS).toBeLessThanOrEqual(3_600);
  });
});

describe('how many pods there are', () => {
  test('is what the hours and the calls say: none at night', () => {
    expect(scaled()).toMatchObject({ minReplicaCount: 0, maxReplicaCount: 4 });
    const [hours, calls] = scaled().triggers;
    expect(hours?.metadata).toEqual({
      timezone: 'Asia/Karachi',
      start: '55 8 * * 1-5',
      end: '15 17 * * 1-5',
      desiredReplicas: '1',
    });
    expect(calls?.metadata).toMatchObject({
      query: 'sum(openhours_active_calls{namespace="openhours-prod"}) + 1',
      threshold: '4',
      activationThreshold: '1',
    });
  });

  test('is never none where the hours are not known, or the clinic never closes', () => {
    const always = makeFacts({
      calendars: [
        {
          time_zone: 'Asia/Karachi',
          hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' })),
          closures: [],
        },
      ],
    });
    const unknown = makeFacts({ calendars: [] });
    for (const facts of [always, unknown]) {
      expect(scaled(makeSettings({ scaling: { minInstances: 2, maxInstances: 3 } }), facts)).toMatchObject({
        minReplicaCount: 2,
        maxReplicaCount: 3,
        triggers: [{ type: 'prometheus' }],
      });
    }
    const none = makeSettings({ scaling: { minInstances: 0, maxInstances: 3 } });
    expect(() => renderGke(none, unknown)).toThrow(/min_instances is 0, and there are no office hours known/);
    expect(scaled(none).triggers[0]?.metadata['desiredReplicas']).toBe('1');
  });
});

test('nothing comes in but whoever reads metrics, and nothing goes out to the node’s metadata', () => {
  expect(find('NetworkPolicy').spec).toMatchObject({
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8_080 }] }],
    egress: [{}, { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }] }],
  });
});

describe('the pods’ account', () => {
  const [resource] = gkeResources(makeSettings());
  const member = 'serviceAccount:invented-project.svc.id.goog[openhours-prod/openhours-worker]';
  const account = 'openhours-worker-prod@invented-project.iam.gserviceaccount.com';
  /** With a project that has this account, and asked for its policy answers so. */
  const read = async (policy: unknown, email = account) => {
    const answer = async ({ 2: verb }: readonly string[]) => (verb === 'list' ? [{ email }] : policy);
    return await resource?.read({ read: answer, find: answer, change: async () => undefined });
  };

  test('acts as the worker’s account, once that is granted', async () => {
    expect(find('ServiceAccount').metadata.annotations).toEqual({
      'iam.gke.io/gcp-service-account': account,
    });
    expect(await read(undefined)).toEqual({ is: 'absent' });
    const granted = { bindings: [{ role: 'roles/iam.workloadIdentityUser', members: [member] }] };
    expect(await read(granted, 'somebody@invented-project.iam.gserviceaccount.com')).toEqual({
      is: 'absent',
    });
    expect(
      await read({ bindings: [{ role: 'roles/iam.workloadIdentityUser', members: ['other'] }] }),
    ).toEqual({
      is: 'absent',
    });
    expect(await read(granted)).toEqual({ is: 'same' });
    expect(resource?.commands({ is: 'same' })).toEqual([]);
    expect(resource?.commands({ is: 'absent' })[0]?.args).toContain(`--member=${member}`);
  });
});

test('of any size the manifests are what the add-ons take, and Autopilot gives what is asked for', () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      for (const object of renderGke(settings, FACTS)) CLUSTER_KINDS[object.kind]?.parse(object);
      const { pod, container, env } = podOf(settings);
      const { requests, limits } = container.resources;
      expect(requests).toEqual(limits);
      const gibPerCpu = (memoryMib(requests['memory'] ?? '') ?? 0) / 1_024 / Number(requests['cpu']);
      // https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests: general purpose.
      expect(gibPerCpu).toBeGreaterThanOrEqual(1);
      expect(gibPerCpu).toBeLessThanOrEqual(6.5);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(env['STOP_NOTICE_S']));
      expect(Object.keys(env).filter((name) => (WORKER_SECRETS as readonly string[]).includes(name))).toEqual(
        [],
      );
    }),
    { numRuns: 60 },
  );
});
