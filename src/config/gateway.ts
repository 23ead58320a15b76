import { z } from 'zod';
import {
  type Config,
  type Environment,
  VARIABLES,
  freeze,
  loadVariables,
  processEnvironment,
} from './load.ts';

/** What the gateway runs with: parsed once, frozen. It talks to no provider of speech or language. */
export type GatewayConfig = Readonly<
  Pick<Config, 'livekit' | 'supabase' | 'environment' | 'port' | 'logLevel' | 'googleProject'>
>;

/** Variables the gateway cannot do without, in the order of the documentation. */
export const REQUIRED_GATEWAY_VARIABLES = [
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'LIVEKIT_AGENT_NAME',
  'SUPABASE_URL',
  'SUPABASE_SERVICE_ROLE_KEY',
  'ENVIRONMENT',
] as const;

const schema = z.object(VARIABLES).pick({
  LIVEKIT_URL: true,
  LIVEKIT_API_KEY: true,
  LIVEKIT_API_SECRET: true,
  LIVEKIT_AGENT_NAME: true,
  SUPABASE_URL: true,
  SUPABASE_SERVICE_ROLE_KEY: true,
  ENVIRONMENT: true,
  PORT: true,
  LOG_LEVEL: true,
  GOOGLE_CLOUD_PROJECT: true,
});

/**
 * The gateway's configuration, read as the worker's is.
 * @throws OpenhoursError CONFIG_INVALID naming every problem at once.
 */
export function loadGatewayConfig(environment: Environment = processEnvironment()): GatewayConfig {
  const env = loadVariables(schema, environment);
  return freeze({
    livekit: {
      url: env.LIVEKIT_URL,
      apiKey: env.LIVEKIT_API_KEY,
      apiSecret: env.LIVEKIT_API_SECRET,
      agentName: env.LIVEKIT_AGENT_NAME,
    },
    supabase: { url: env.SUPABASE_URL, serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY },
    environment: env.ENVIRONMENT,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    googleProject: env.GOOGLE_CLOUD_PROJECT,
  });
}
