import { z } from 'zod';

/**
 * The kinds that a cluster knows by its add-ons only, as far as we use them: what is not here is refused, so that a field with a slip in its
 * name is noticed. After the reference pages of KEDA 2.17, Managed Prometheus and the Secret Manager add-on.
 */

const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  namespace: z.string(),
  labels: z.record(z.string(), z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)),
});
const seconds = z.string().regex(/^\d+s$/);
/** A trigger's metadata are texts, also where they are numbers. */
const count = z.string().regex(/^\d+$/);

const cron = z.strictObject({
  type: z.literal('cron'),
  metadata: z.strictObject({
    timezone: z.string().min(1),
    start: z.string(),
    end: z.string(),
    desiredReplicas: count,
  }),
});
const prometheus = z.strictObject({
  type: z.literal('prometheus'),
  metricType: z.literal('AverageValue'),
  metadata: z.strictObject({
    serverAddress: z.url({ protocol: /^https$/ }),
    query: z.string(),
    threshold: count,
    activationThreshold: count,
  }),
  authenticationRef: z.strictObject({ name: z.string() }),
});

/** By kind. */
export const CLUSTER_KINDS: Readonly<Record<string, z.ZodType>> = {
  PodMonitoring: z.strictObject({
    apiVersion: z.literal('monitoring.googleapis.com/v1'),
    kind: z.literal('PodMonitoring'),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
      endpoints: z.array(
        z.strictObject({ port: z.string(), path: z.string().startsWith('/'), interval: seconds }),
      ),
    }),
  }),
  SecretProviderClass: z.strictObject({
    apiVersion: z.literal('secrets-store.csi.x-k8s.io/v1'),
    kind: z.literal('SecretProviderClass'),
    metadata,
    spec: z.strictObject({
      provider: z.literal('gke'),
      /** YAML within YAML. */
      parameters: z.strictObject({ secrets: z.string() }),
    }),
  }),
  TriggerAuthentication: z.strictObject({
    apiVersion: z.literal('keda.sh/v1alpha1'),
    kind: z.literal('TriggerAuthentication'),
    metadata,
    spec: z.strictObject({ podIdentity: z.strictObject({ provider: z.literal('gcp') }) }),
  }),
  ScaledObject: z.strictObject({
    apiVersion: z.literal('keda.sh/v1alpha1'),
    kind: z.literal('ScaledObject'),
    metadata,
    spec: z
      .strictObject({
        scaleTargetRef: z.strictObject({ name: z.string() }),
        minReplicaCount: z.int().min(0),
        maxReplicaCount: z.int().min(1),
        pollingInterval: z.int().min(1),
        cooldownPeriod: z.int().min(0),
        advanced: z.strictObject({
          horizontalPodAutoscalerConfig: z.strictObject({
            behavior: z.strictObject({
              scaleDown: z.strictObject({
                stabilizationWindowSeconds: z.int().min(0).max(3_600),
                policies: z.array(
                  z.strictObject({
                    type: z.literal('Pods'),
                    value: z.int().min(1),
                    periodSeconds: z.int().min(1).max(1_800),
                  }),
                ),
              }),
            }),
          }),
        }),
        triggers: z.array(z.discriminatedUnion('type', [cron, prometheus])).min(1),
      })
      .refine(({ minReplicaCount, maxReplicaCount }) => minReplicaCount <= maxReplicaCount),
  }),
};
