import { JOB } from '../config/deploy-defaults.ts';
import {
  type Container,
  type DeployFacts,
  plainVariables,
  secretVariables,
  startupProbe,
} from './container.ts';
import type { EnvironmentSettings } from './environments.ts';
import { accountEmail } from './names.ts';
import { type Resource, ownLabels } from './resource.ts';
import { type RunManifest, type ServiceInstance, runManifest } from './targets/run-manifest.ts';
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
export type GatewayManifest = RunManifest<'Service', ServiceInstance<Container>>;

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
  const plain = {
    ENVIRONMENT: settings.environment,
    LIVEKIT_AGENT_NAME: settings.agentName,
    GOOGLE_CLOUD_PROJECT: settings.project,
    ...gateway.variables,
  };
  return runManifest('Service', settings, {
    name: settings.gatewayName,
    labels: { ...ownLabels(settings.env), 'openhours-component': 'gateway' },
    annotations: {
      'run.googleapis.com/ingress': 'all',
      'run.googleapis.com/invoker-iam-disabled': 'true',
    },
    revision: {
      // 0: it costs nothing while nobody asks, and a webhook waits for the start, which LiveKit repeats.
      'autoscaling.knative.dev/minScale': String(gateway.minInstances),
      'autoscaling.knative.dev/maxScale': String(gateway.maxInstances),
      'run.googleapis.com/startup-cpu-boost': 'true',
    },
    instance: {
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
  });
}

/** The gateway's service. */
export function gatewayService(
  settings: EnvironmentSettings,
  facts: Pick<DeployFacts, 'image' | 'secretVersions'>,
): Resource {
  const kind = { kind: 'service', group: ['run', 'services'] };
  return runResource(kind, renderGateway(settings, facts), settings.region);
}
