import fc from 'fast-check';
import type { EnvironmentSettings } from '../../src/deploy/environments.ts';
import { memoryMib, sizeProblems } from '../../src/deploy/limits.ts';
import type { TargetFacts } from '../../src/deploy/targets/staying.ts';
import { makeClinic } from './clinic.ts';

/** Settings of an environment that does not exist. */
export function makeSettings(overrides: Partial<EnvironmentSettings> = {}): EnvironmentSettings {
  return {
    env: 'prod',
    environment: 'production',
    project: 'invented-project',
    region: 'europe-west3',
    repository: 'openhours',
    jobName: 'openhours-worker-prod',
    gatewayName: 'openhours-gateway-prod',
    agentName: 'openhours',
    clinics: [],
    worker: {
      cpu: 2,
      memory: '4Gi',
      maxCalls: 4,
      longestTaskMs: 24 * 3_600_000,
      variables: {},
      secrets: [],
    },
    gateway: { cpu: 1, memory: '512Mi', minInstances: 0, maxInstances: 4, variables: {} },
    scaling: { minInstances: 1, maxInstances: 4 },
    alertEmail: undefined,
    ...overrides,
  };
}

/** What is known of a deployment that does not exist. */
export function makeFacts(overrides: Partial<TargetFacts> = {}): TargetFacts {
  return {
    image: 'europe-west3-docker.pkg.dev/invented-project/openhours/worker:1a2b3c4',
    secretVersions: { LIVEKIT_API_SECRET: '3' },
    taskTimeoutS: 30_000,
    calendars: [makeClinic()],
    ...overrides,
  };
}

/** Settings of any size that Cloud Run takes. */
export const anySettings: fc.Arbitrary<EnvironmentSettings> = fc
  .record({
    cpu: fc.constantFrom(1, 2, 4, 6, 8),
    memory: fc.constantFrom('512Mi', '768Mi', '1Gi', '1536Mi', '2Gi', '4Gi', '8Gi', '16Gi', '24Gi', '32Gi'),
    maxCalls: fc.integer({ min: 1, max: 100 }),
    min: fc.integer({ min: 1, max: 20 }),
    more: fc.integer({ min: 0, max: 20 }),
    env: fc.constantFrom('dev' as const, 'staging' as const, 'prod' as const),
    clinics: fc.constantFrom([], ['invented']),
    variables: fc.constantFrom(
      {},
      { LOG_LEVEL: 'debug' },
      { OPENAI_MODEL: 'yes', TWILIO_ACCOUNT_SID: '0123' },
    ),
    secrets: fc.constantFrom([], ['TWILIO_AUTH_TOKEN']),
  })
  .filter(
    ({ cpu, memory }) => memoryMib(memory) !== undefined && sizeProblems('it', cpu, memory).length === 0,
  )
  .map(({ min, more, env, clinics, ...worker }) =>
    makeSettings({
      env,
      clinics,
      worker: { longestTaskMs: 24 * 3_600_000, ...worker },
      scaling: { minInstances: min, maxInstances: min + more },
    }),
  );
