import { describe, expect, test } from 'vitest';
import { REQUIRED_ENVIRONMENT } from '../../test/support/config.ts';
import { OpenhoursError } from '../errors.ts';
import { REQUIRED_GATEWAY_VARIABLES, loadGatewayConfig } from './gateway.ts';
import type { ConfigProblem } from './load.ts';

const REQUIRED = Object.fromEntries(
  REQUIRED_GATEWAY_VARIABLES.map((name) => [name, REQUIRED_ENVIRONMENT[name]]),
);

function problems(environment: Record<string, string | undefined>): ConfigProblem[] {
  try {
    loadGatewayConfig(environment);
  } catch (error) {
    if (error instanceof OpenhoursError) return error.details['problems'] as ConfigProblem[];
    throw error;
  }
  return [];
}

describe('the configuration of the gateway', () => {
  test('needs no key for speech or language', () => {
    expect(loadGatewayConfig({ ...REQUIRED, PORT: '9090' })).toMatchObject({
      livekit: { agentName: 'openhours' },
      environment: 'production',
      port: 9_090,
      logLevel: 'info',
    });
  });

  test('names everything that is missing at once', () => {
    expect(
      problems({})
        .map(({ variable }) => variable)
        .sort(),
    ).toEqual([...REQUIRED_GATEWAY_VARIABLES].sort());
  });

  test('minds nothing that only a worker reads', () => {
    expect(problems({ ...REQUIRED, MAX_CALLS: 'many', TWILIO_AUTH_TOKEN: 'half of a pair' })).toEqual([]);
    expect(problems({ ...REQUIRED, PORT: 'http' })).toMatchObject([{ variable: 'PORT' }]);
  });
});
