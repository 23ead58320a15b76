import { type Config, loadConfig } from '../../src/config/load.ts';

/** What is required, plainly invented. */
export const REQUIRED_ENVIRONMENT = {
  LIVEKIT_URL: 'wss://livekit.example',
  LIVEKIT_API_KEY: 'an-invented-key',
  LIVEKIT_API_SECRET: 'an-invented-secret',
  LIVEKIT_AGENT_NAME: 'openhours',
  SUPABASE_URL: 'https://database.example',
  SUPABASE_SERVICE_ROLE_KEY: 'an-invented-role-key',
  OPENAI_API_KEY: 'an-invented-openai-key',
  DEEPGRAM_API_KEY: 'an-invented-deepgram-key',
  ENVIRONMENT: 'production',
};

/** A configuration with the defaults, and the given variables. */
export function makeConfig(environment: Record<string, string> = {}): Config {
  return loadConfig({ ...REQUIRED_ENVIRONMENT, ...environment });
}
