import { GKE } from '../../config/target-defaults.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { deployError } from '../limits.ts';
import { type CronWindow, cronWindows } from './office-hours.ts';
import type { TargetFacts } from './staying.ts';

/** A Kubernetes object; what stands under `spec` is its kind's. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** What names and labels its objects have. */
export interface Placement {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What selects the worker's pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/**
 * How many pods there are: KEDA, because it does what an autoscaler of Kubernetes cannot, which is none outside hours. Within them there are
 * `min_instances`, and as many more as calls need with one free place among them all. The metric is read from Managed Prometheus.
 * @throws OpenhoursError DEPLOY_INVALID when no pod would ever be wanted, or some clinic's hours cannot be read.
 */
export function scalingObjects(
  settings: EnvironmentSettings,
  facts: TargetFacts,
  placement: Placement,
): KubernetesObject[] {
  const { name, namespace, labels } = placement;
  const windows = officeHours(settings, facts);
  const standing = Math.max(1, settings.scaling.minInstances);
  const metadata = { name, namespace, labels };
  return [
    podMonitoring(placement),
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata,
      spec: { podIdentity: { provider: 'gcp' } },
    },
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata,
      spec: {
        scaleTargetRef: { name },
        minReplicaCount: windows.length === 0 ? standing : 0,
        maxReplicaCount: Math.max(standing, settings.scaling.maxInstances),
        pollingInterval: GKE.pollingS,
        cooldownPeriod: GKE.cooldownS,
        advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: scaleDown() } } },
        triggers: [
          ...windows.map((window) => cronTrigger(window, standing)),
          callsTrigger(settings, placement),
        ],
      },
    },
  ];
}

/** Undefined calendars, and clinics that never close, need no window: the pods stay. */
function officeHours({ env, scaling }: EnvironmentSettings, { calendars = [] }: TargetFacts): CronWindow[] {
  const windows = cronWindows(calendars, GKE) ?? [];
  if (windows.length > 0 || scaling.minInstances >= 1) return windows;
  throw deployError([
    {
      where: `${env}.scaling.min_instances`,
      problem: 'is 0, and there are no office hours known in which there would be a pod',
      remedy: "set it to 1 or more, or name the clinic's file with --clinic-file",
    },
  ]);
}

function cronTrigger({ timeZone, start, end }: CronWindow, replicas: number): Record<string, unknown> {
  return { type: 'cron', metadata: { timezone: timeZone, start, end, desiredReplicas: String(replicas) } };
}

/** Calls in progress and one more, over the calls of a pod; whoever still talks after hours keeps the pods, a free place alone does not. */
function callsTrigger(
  { project, worker }: EnvironmentSettings,
  { name, namespace }: Placement,
): Record<string, unknown> {
  return {
    type: 'prometheus',
    metricType: 'AverageValue',
    metadata: {
      serverAddress: `https://monitoring.googleapis.com/v1/projects/${project}/location/global/prometheus`,
      query: `sum(openhours_active_calls{namespace="${namespace}"}) + 1`,
      threshold: String(worker.maxCalls),
      activationThreshold: '1',
    },
    authenticationRef: { name },
  };
}

function scaleDown(): Record<string, unknown> {
  const { stableS, everyS } = GKE.scaleDown;
  return {
    stabilizationWindowSeconds: stableS,
    policies: [{ type: 'Pods', value: 1, periodSeconds: everyS }],
  };
}

/** Has Managed Prometheus, which every Autopilot cluster has, read the pods' metrics. */
function podMonitoring({ name, namespace, labels, selector }: Placement): KubernetesObject {
  return {
    apiVersion: 'monitoring.googleapis.com/v1',
    kind: 'PodMonitoring',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: selector },
      endpoints: [{ port: 'http', path: '/metrics', interval: `${GKE.metricsIntervalS}s` }],
    },
  };
}
