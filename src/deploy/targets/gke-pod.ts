import { JOB } from '../../config/deploy-defaults.ts';
import { GKE } from '../../config/target-defaults.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { memoryMib } from '../limits.ts';
import { secretName } from '../names.ts';
import type { KubernetesObject, Placement } from './gke-scaling.ts';
import { type StayingContainer, type TargetFacts, stayingContainer, workerName } from './staying.ts';

/** The worker's Deployment. How many pods there are is KEDA's to say, so nothing stands here. */
export function deployment(
  settings: EnvironmentSettings,
  facts: TargetFacts,
  { name, namespace, labels, selector }: Placement,
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: selector },
      // The new worker stands by before the old one hears that it is to go, and a version that cannot run replaces nothing.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds: GKE.minReadyS,
      progressDeadlineSeconds: GKE.progressS,
      revisionHistoryLimit: 5,
      template: {
        metadata: { labels: { ...labels, ...selector } },
        spec: podSpec(settings, facts, name),
      },
    },
  };
}

function podSpec(settings: EnvironmentSettings, facts: TargetFacts, name: string): Record<string, unknown> {
  const { userId } = GKE;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GKE.preStopS + GKE.noticeS + GKE.graceMarginS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: userId,
      runAsGroup: userId,
      fsGroup: userId,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [podContainer(settings, facts)],
    volumes: [
      { name: 'data', emptyDir: { sizeLimit: GKE.dataSize } },
      { name: 'tmp', emptyDir: { sizeLimit: GKE.tmpSize } },
      {
        name: 'secrets',
        csi: {
          driver: 'secrets-store-gke.csi.k8s.io',
          readOnly: true,
          volumeAttributes: { secretProviderClass: name },
        },
      },
    ],
  };
}

function podContainer(settings: EnvironmentSettings, facts: TargetFacts): Record<string, unknown> {
  const container = stayingContainer(settings, facts, {
    setsPort: false,
    variables: {
      DATA_DIR: GKE.dataDir,
      SECRETS_DIR: GKE.secretsDir,
      STOP_NOTICE_S: String(GKE.noticeS),
      // Nothing else can be written to.
      HOME: '/tmp',
      TMPDIR: '/tmp',
    },
  });
  return {
    // What logs and metrics of pods are found by: the namespace is in them, too, but a metric's filter asks for one name.
    name: workerName(settings),
    image: container.image,
    env: container.env.filter((variable) => 'value' in variable),
    ports: [{ name: 'http', containerPort: JOB.port }],
    resources: autopilotResources(container),
    startupProbe: container.startupProbe,
    livenessProbe: container.livenessProbe,
    // A worker that stands by is as it should be; whether it takes calls is its own and LiveKit's matter, no traffic comes through Kubernetes.
    readinessProbe: { ...container.startupProbe, failureThreshold: 3 },
    lifecycle: { preStop: { sleep: { seconds: GKE.preStopS } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'data', mountPath: GKE.dataDir },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'secrets', mountPath: GKE.secretsDir, readOnly: true },
    ],
  };
}

/** Autopilot bills what is asked for, and gives no more: both are the same. */
function autopilotResources({ resources }: StayingContainer): Record<string, unknown> {
  const { cpu, memory } = resources.limits;
  const mib = Math.max(memoryMib(memory) ?? 0, Number(cpu) * GKE.leastMibPerCpu);
  const size = {
    cpu,
    memory: mib % 1_024 === 0 ? `${mib / 1_024}Gi` : `${mib}Mi`,
    'ephemeral-storage': GKE.diskSize,
  };
  return { requests: size, limits: size };
}

/**
 * Tells the Secret Manager add-on of GKE which secrets to put into files of the pod, by name and number: no value passes through Kubernetes,
 * and no right beyond the pod's own service account's is needed. The add-on fills files only, hence SECRETS_DIR.
 */
export function secretFiles(
  { project, env }: Pick<EnvironmentSettings, 'project' | 'env'>,
  secrets: readonly string[],
  { secretVersions }: Pick<TargetFacts, 'secretVersions'>,
  { name, namespace, labels }: Placement,
): KubernetesObject {
  const lines = secrets.toSorted().flatMap((variable) => {
    const version = secretVersions[variable] ?? '1';
    return [
      `- resourceName: "projects/${project}/secrets/${secretName(variable, { env })}/versions/${version}"`,
      `  path: "${variable}"`,
    ];
  });
  return {
    apiVersion: 'secrets-store.csi.x-k8s.io/v1',
    kind: 'SecretProviderClass',
    metadata: { name, namespace, labels },
    spec: { provider: 'gke', parameters: { secrets: `${lines.join('\n')}\n` } },
  };
}
