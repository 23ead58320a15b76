import { JOB } from '../../config/deploy-defaults.ts';
import { workerSecrets } from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { accountEmail } from '../names.ts';
import { accountThere } from '../project-resources.ts';
import type { Resource } from '../resource.ts';
import { deployment, secretFiles } from './gke-pod.ts';
import { type KubernetesObject, type Placement, scalingObjects } from './gke-scaling.ts';
import { manifestText } from './run-resource.ts';
import { type TargetFacts, workerLabels } from './staying.ts';

/** The name of the Deployment, and of all that belongs to it, in the environment's namespace. */
export const GKE_NAME = 'openhours-worker';

/** `openhours-dev`: everything of an environment is in a namespace of its own. */
export function namespaceOf({ env }: Pick<EnvironmentSettings, 'env'>): string {
  return `openhours-${env}`;
}

/**
 * Everything that a cluster of GKE Autopilot needs to run workers, in the order in which it is made. No value of a secret is in it.
 * @throws OpenhoursError DEPLOY_INVALID where no pod would ever be wanted.
 */
export function renderGke(settings: EnvironmentSettings, facts: TargetFacts): KubernetesObject[] {
  const placement = placementOf(settings);
  const { name, namespace, labels } = placement;
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        // Kubernetes itself refuses a pod that could do more than ours.
        labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name,
        namespace,
        labels,
        annotations: { 'iam.gke.io/gcp-service-account': accountEmail('worker', settings) },
      },
    },
    secretFiles(settings, workerSecrets(settings), facts, placement),
    networkPolicy(placement),
    disruptionBudget(placement),
    deployment(settings, facts, placement),
    ...scalingObjects(settings, facts, placement),
  ];
}

/** The same as a file of several documents. */
export function gkeYaml(settings: EnvironmentSettings, facts: TargetFacts): string {
  return renderGke(settings, facts)
    .map((object) => manifestText(object))
    .join('---\n');
}

function placementOf(settings: EnvironmentSettings): Placement {
  const name = GKE_NAME;
  return {
    name,
    namespace: namespaceOf(settings),
    labels: { ...workerLabels(settings.env), 'app.kubernetes.io/name': name },
    selector: { 'app.kubernetes.io/name': name },
  };
}

/**
 * In comes whoever collects metrics (probes come from the pod's own node, which no policy holds up). Out goes DNS, HTTPS to anywhere but the
 * node's metadata server, which would give a token of our account to whoever speaks for the pod, and LiveKit's media.
 */
function networkPolicy({ name, namespace, labels, selector }: Placement): KubernetesObject {
  const udp = (port: number, endPort = port) => ({
    protocol: 'UDP',
    port,
    ...(endPort === port ? {} : { endPort }),
  });
  const anywhere = [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: ['gke-gmp-system', 'gmp-system'].map((collector) => ({
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': collector } },
          })),
          ports: [{ protocol: 'TCP', port: JOB.port }],
        },
      ],
      egress: [
        { ports: [udp(53), { protocol: 'TCP', port: 53 }] },
        {
          to: anywhere,
          // TURN and media, as LiveKit's servers offer them: over TLS, 3478, 7881 and 7882, and the range of 50000–60000.
          ports: [
            { protocol: 'TCP', port: 443 },
            { protocol: 'TCP', port: 7_881 },
            udp(443),
            udp(3_478),
            udp(7_882),
            udp(50_000, 60_000),
          ],
        },
      ],
    },
  };
}

/**
 * No pod is moved to save a node: that would leave its calls ten minutes. An upgrade of the node waits for an hour, and then gives the whole
 * grace period. New versions, and KEDA, do not ask a budget.
 */
function disruptionBudget({ name, namespace, labels, selector }: Placement): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace, labels },
    spec: { maxUnavailable: 0, selector: { matchLabels: selector } },
  };
}

/** What has to be in Google Cloud for the cluster's objects to work: the pods' account may act as the worker's. */
export function gkeResources(settings: EnvironmentSettings): Resource[] {
  const { name, namespace } = placementOf(settings);
  const account = accountEmail('worker', settings);
  const role = 'roles/iam.workloadIdentityUser';
  const member = `serviceAccount:${settings.project}.svc.id.goog[${namespace}/${name}]`;
  const binding = [account, `--role=${role}`, `--member=${member}`, '--condition=None'];
  return [
    {
      kind: 'workload identity',
      name: `${namespace}/${name}`,
      read: async (gcloud) => {
        if (!(await accountThere(account, gcloud))) return { is: 'absent' };
        const policy = await gcloud.find(['iam', 'service-accounts', 'get-iam-policy', account]);
        return isBound(policy, role, member) ? { is: 'same' } : { is: 'absent' };
      },
      commands: (state) =>
        state.is === 'same'
          ? []
          : [{ args: ['iam', 'service-accounts', 'add-iam-policy-binding', ...binding] }],
      removal: () => [{ args: ['iam', 'service-accounts', 'remove-iam-policy-binding', ...binding] }],
    },
  ];
}

function isBound(policy: unknown, role: string, member: string): boolean {
  const { bindings = [] } = (policy ?? {}) as { bindings?: { role?: string; members?: string[] }[] };
  return bindings.some((one) => one.role === role && one.members?.includes(member) === true);
}
