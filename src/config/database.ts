import { z } from 'zod';
import {
  type Config,
  type Environment,
  VARIABLES,
  freeze,
  loadVariables,
  processEnvironment,
} from './load.ts';

/** Enough to open the database. */
export type DatabaseConfig = Readonly<Pick<Config, 'supabase'>>;
/** Enough for what is done to one agent's clinics in the database. */
export type ClinicsConfig = DatabaseConfig & { readonly agentName: string };

const database = z.object(VARIABLES).pick({ SUPABASE_URL: true, SUPABASE_SERVICE_ROLE_KEY: true });
const clinics = z
  .object(VARIABLES)
  .pick({ SUPABASE_URL: true, SUPABASE_SERVICE_ROLE_KEY: true, LIVEKIT_AGENT_NAME: true });

/**
 * For commands that only read or change the database: whoever runs them needs no key of LiveKit or a provider.
 * @throws OpenhoursError CONFIG_INVALID naming every problem at once.
 */
export function loadDatabaseConfig(environment: Environment = processEnvironment()): DatabaseConfig {
  const env = loadVariables(database, environment);
  return freeze({ supabase: { url: env.SUPABASE_URL, serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY } });
}

/**
 * The same, with the agent whose clinics they are.
 * @throws OpenhoursError CONFIG_INVALID naming every problem at once.
 */
export function loadClinicsConfig(environment: Environment = processEnvironment()): ClinicsConfig {
  const env = loadVariables(clinics, environment);
  return freeze({
    supabase: { url: env.SUPABASE_URL, serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY },
    agentName: env.LIVEKIT_AGENT_NAME,
  });
}
