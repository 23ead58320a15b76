import { JOB } from '../config/deploy-defaults.ts';
import {
  type ContainerProbe,
  type ContainerVariable,
  type DeployFacts,
  plainVariables,
  secretVariables,
  startupProbe,
} from './container.ts';
import type { EnvironmentSettings } from './environments.ts';
import { accountEmail } from './names.ts';
import { type Resource, ownLabels } from './resource.ts';
import { runResource } from './targets/run-resource.ts';

/** The gateway's variables that come from Secret Manager. It talks to no provider of speech or language. */
export const GATEWAY_SECRETS = [
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'SUPABASE_URL',
  'SUPABASE_SERVICE_ROLE_KEY',
] as const;

/** The gateway as `gcloud run services replace` takes it. */
export interface GatewayManifest {
  readonly apiVersion: 'serving.knative.dev/v1';
  readonly kind: 'Service';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containerConcurrency: number;
        readonly timeoutSeconds: number;
        readonly containers: readonly [
          {
            readonly image: string;
            readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
            readonly env: readonly ContainerVariable[];
            readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
            readonly startupProbe: ContainerProbe;
          },
        ];
      };
    };
  };
}

/**
 * The gateway. LiveKit's webhooks come from the internet and carry no token of Google's, so that the check for one is off, instead of a role for
 * `allUsers`, which an organisation's policy may forbid and which would be a grant that nobody takes back. The gateway checks each webhook itself,
 * by LiveKit's signature.
 */
export function renderGateway(
  settings: EnvironmentSettings,
  facts: Pick<DeployFacts, 'image' | 'secretVersions'>,
): GatewayManifest {
  const { gateway } = settings;
  const labels = { ...ownLabels(settings.env), 'openhours-component': 'gateway' };
  const plain = {
    ENVIRONMENT: settings.environment,
    LIVEKIT_AGENT_NAME: settings.agentName,
    GOOGLE_CLOUD_PROJECT: settings.project,
    ...gateway.variables,
  };
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: settings.gatewayName,
      labels: { ...labels, 'cloud.googleapis.com/location': settings.region },
      annotations: {
        'run.googleapis.com/ingress': 'all',
        'run.googleapis.com/invoker-iam-disabled': 'true',
      },
    },
    spec: {
      template: {
        metadata: {
          labels,
          annotations: {
            // 0: it costs nothing while nobody asks, and a webhook waits for the start, which LiveKit repeats.
            'autoscaling.knative.dev/minScale': String(gateway.minInstances),
            'autoscaling.knative.dev/maxScale': String(gateway.maxInstances),
            'run.googleapis.com/startup-cpu-boost': 'true',
          },
        },
        spec: {
          serviceAccountName: accountEmail('gateway', settings),
          containerConcurrency: 80,
          timeoutSeconds: 60,
          containers: [
            {
              image: facts.image,
              ports: [{ name: 'http1', containerPort: JOB.port }],
              env: [...plainVariables(plain), ...secretVariables(GATEWAY_SECRETS, settings, facts)],
              resources: { limits: { cpu: String(gateway.cpu), memory: gateway.memory } },
              startupProbe: startupProbe(),
            },
          ],
        },
      },
    },
  };
}

/** The gateway's service. */
export function gatewayService(
  settings: EnvironmentSettings,
  facts: Pick<DeployFacts, 'image' | 'secretVersions'>,
): Resource {
  const kind = { kind: 'service', group: ['run', 'services'] };
  return runResource(kind, renderGateway(settings, facts), settings.region);
}
