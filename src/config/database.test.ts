import { expect, test } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { loadClinicsConfig, loadDatabaseConfig } from './database.ts';

const SUPABASE = { SUPABASE_URL: 'https://clinic.supabase.co', SUPABASE_SERVICE_ROLE_KEY: 'key-of-nobody' };

test('the database is opened without a key of LiveKit or of a provider', () => {
  const supabase = { url: 'https://clinic.supabase.co', serviceRoleKey: 'key-of-nobody' };
  expect(loadDatabaseConfig(SUPABASE)).toEqual({ supabase });
  expect(loadClinicsConfig({ ...SUPABASE, LIVEKIT_AGENT_NAME: 'receptionist' })).toEqual({
    supabase,
    agentName: 'receptionist',
  });
});

test('what is missing is named at once, and nothing that is not needed', () => {
  try {
    loadClinicsConfig({ SUPABASE_URL: 'clinic.supabase.co' });
    expect.unreachable();
  } catch (error) {
    expect(isOpenhoursError(error, 'CONFIG_INVALID')).toBe(true);
    expect((error as Error).message).toMatch(
      /3 problems:\n {2}SUPABASE_URL .*\n {2}SUPABASE_SERVICE_ROLE_KEY is not set\n {2}LIVEKIT_AGENT_NAME is not set\n/,
    );
  }
});
