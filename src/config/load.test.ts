import fc from 'fast-check';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REQUIRED_ENVIRONMENT as REQUIRED } from '../../test/support/config.ts';
import { docsTable } from '../../test/support/docs-table.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { type ConfigProblem, REQUIRED_VARIABLES, VARIABLES, loadConfig, parseDuration } from './load.ts';

function failure(environment: Record<string, string | undefined>): OpenhoursError {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof OpenhoursError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}
const problems = (error: OpenhoursError) => error.details.problems as ConfigProblem[];

describe('with what is required', () => {
  test('the rest has defaults', () => {
    expect(loadConfig(REQUIRED)).toEqual({
      livekit: {
        url: 'wss://livekit.example',
        apiKey: 'an-invented-key',
        apiSecret: 'an-invented-secret',
        agentName: 'openhours',
      },
      supabase: { url: 'https://database.example', serviceRoleKey: 'an-invented-role-key' },
      openai: {
        apiKey: 'an-invented-openai-key',
        baseUrl: undefined,
        model: 'gpt-4.1-mini',
        fallbackModel: 'gpt-4.1-nano',
        listenModel: 'gpt-4o-mini-transcribe',
        speakModel: 'gpt-4o-mini-tts',
        speakVoice: 'coral',
      },
      deepgram: {
        apiKey: 'an-invented-deepgram-key',
        baseUrl: 'https://api.deepgram.com',
        listenModel: 'nova-3',
        speakModel: 'aura-2-thalia-en',
      },
      twilio: undefined,
      listenProviders: ['deepgram', 'openai'],
      speakProviders: ['deepgram', 'openai'],
      environment: 'production',
      clinic: undefined,
      port: 8080,
      gatewayUrl: undefined,
      workerToken: undefined,
      adminToken: undefined,
      publicUrl: undefined,
      dataDir: join(tmpdir(), 'openhours'),
      stopNoticeMs: 10_000,
      seatWait: false,
      taskTimeoutMs: undefined,
      maxCalls: 2 * availableParallelism(),
      jobMemoryMb: 700,
      shift: { forMs: undefined, until: undefined, early: false },
      logLevel: 'info',
      execution: undefined,
      googleProject: undefined,
    });
  });

  test.each([
    ['2h', 7_200_000],
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['45s', 45_000],
    ['', undefined],
    ['0h', undefined],
    ['2', undefined],
    ['2 h', undefined],
    ['-1h', undefined],
    ['1d', undefined],
  ])('a shift for "%s" is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    ['SHIFT_FOR', 'an hour', 'must be a duration up to 168h, such as 2h or 90m'],
    ['SHIFT_FOR', '200h', 'must be a duration up to 168h, such as 2h or 90m'],
    ['SHIFT_UNTIL', '25:00', "must be a time on the clinic's clock, such as 18:30"],
    ['SHIFT_EARLY', 'yes', 'must be true, false, or how long to wait at most, such as 6m'],
    ['SHIFT_EARLY', '169h', 'must be true, false, or how long to wait at most, such as 6m'],
    ['LISTEN_PROVIDERS', 'whisper', 'must be deepgram, openai, or both with a comma between'],
  ])('%s=%s is refused with what it must be', (variable, value, message) => {
    expect(() => loadConfig({ ...REQUIRED, [variable]: value })).toThrow(`${variable} ${message}`);
  });

  test.each([
    ['true', { early: true }],
    ['false', { early: false }],
    ['6m', { early: true, earlyWithinMs: 360_000 }],
  ])('waiting for opening, as %s', (text, expected) =>
    expect(loadConfig({ ...REQUIRED, SHIFT_EARLY: text }).shift).toEqual({
      forMs: undefined,
      until: undefined,
      ...expected,
    }),
  );

  test('what is set is taken, seconds as milliseconds', () => {
    const config = loadConfig({
      ...REQUIRED,
      PORT: '0',
      MAX_CALLS: '1',
      TASK_TIMEOUT_S: '36000',
      CLINIC: 'karachi-smiles',
    });
    expect(config).toMatchObject({
      port: 0,
      maxCalls: 1,
      taskTimeoutMs: 36_000_000,
      clinic: 'karachi-smiles',
    });
  });

  test('the newline after a secret that came from a file does not belong to it', () => {
    const config = loadConfig({ ...REQUIRED, OPENAI_API_KEY: 'an-invented-openai-key\n', PORT: ' 80 ' });
    expect(config).toMatchObject({ openai: { apiKey: 'an-invented-openai-key' }, port: 80 });
  });

  test('empty values count as none, and unknown variables are nobody’s business', () => {
    const config = loadConfig({ ...REQUIRED, PORT: '', MAX_CALLS: '  ', PATH: '/bin' });
    expect(config).toMatchObject({ port: 8080, maxCalls: 2 * availableParallelism() });
  });

  test('nobody can change it afterwards', () => {
    const config = loadConfig(REQUIRED);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.livekit, { url: 'ws://elsewhere.example' })).toThrow(TypeError);
  });
});

describe('what is wrong', () => {
  test('is reported all at once, and ends the process with 78', () => {
    const error = failure({
      ...REQUIRED,
      LIVEKIT_URL: 'livekit.example',
      OPENAI_API_KEY: ' ',
      PORT: '99999',
      LOG_LEVEL: 'loud',
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.kind.exit).toBe(ExitCode.config);
    expect(error.message.split('\n').slice(0, 5)).toEqual([
      'the configuration has 4 problems:',
      '  LIVEKIT_URL must be a URL such as wss://my-project.livekit.cloud',
      '  OPENAI_API_KEY is not set',
      '  PORT must be a whole number from 0 to 65535',
      '  LOG_LEVEL must be trace, debug, info, warn or error',
    ]);
    expect(error.message).toContain('docs/configuration.md');
  });

  test('of an empty environment is each required variable, in the order of the documentation', () => {
    expect(problems(failure({}))).toEqual(
      REQUIRED_VARIABLES.map((variable) => ({ variable, problem: 'is not set' })),
    );
  });

  test('and alone is counted as one', () => {
    expect(failure({ ...REQUIRED, ENVIRONMENT: 'prod' }).message).toMatch(
      /^the configuration has one problem:\n {2}ENVIRONMENT must be production, staging or development\n/,
    );
  });

  test.each([
    ['LIVEKIT_URL', 'ftp://livekit.example'],
    ['LIVEKIT_AGENT_NAME', 'two words'],
    ['LIVEKIT_AGENT_NAME', 'x'.repeat(65)],
    ['SUPABASE_URL', 'wss://database.example'],
    ['OPENAI_BASE_URL', 'api.openai.com'],
    ['DEEPGRAM_BASE_URL', 'wss://api.deepgram.com'],
    ['CLINIC', 'Karachi Smiles'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['WORKER_TOKEN', 'short'],
    ['ADMIN_TOKEN', 'short'],
    ['TASK_TIMEOUT_S', '59'],
    ['TASK_TIMEOUT_S', '604801'],
    ['MAX_CALLS', '0'],
    ['MAX_CALLS', '101'],
  ])('is named by its variable: %s=%s', (variable, value) => {
    const found = problems(failure({ ...REQUIRED, [variable]: value }));
    expect(found.map((problem) => problem.variable)).toEqual([variable]);
    expect(found[0]?.problem).toMatch(/^must be /);
  });

  test('never shows a value: it may be a secret in the wrong place', () => {
    const secret = 'Sup3r$ecret value';
    const names = Object.keys(VARIABLES);
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (wrong) => {
        const environment = {
          ...REQUIRED,
          ...Object.fromEntries(wrong.map((name) => [name, secret])),
          PORT: secret,
        };
        const error = failure(environment);
        const shown = JSON.stringify([error.message, error.details, error.stack, error.cause]);
        for (const value of [secret, ...Object.values(environment)]) {
          if (value.includes('invented') || value === secret) expect(shown).not.toContain(value);
        }
      }),
    );
  });
});

describe('half of a pair', () => {
  const TWILIO = {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'an-invented-token',
  };

  test('both together are taken', () => {
    expect(loadConfig({ ...REQUIRED, ...TWILIO }).twilio).toEqual({
      accountSid: TWILIO.TWILIO_ACCOUNT_SID,
      authToken: 'an-invented-token',
      baseUrl: 'https://api.twilio.com',
    });
  });

  test.each(['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'])(
    'without %s is reported with what else is wrong',
    (name) => {
      const found = problems(failure({ ...REQUIRED, ...TWILIO, PORT: 'x', [name]: '' }));
      expect(found.map(({ variable }) => variable)).toEqual(['PORT', name]);
      expect(problems(failure({ ...REQUIRED, ...TWILIO, [name]: '' }))[0]?.problem).toContain(
        'set both or neither',
      );
    },
  );
});

describe('docs/configuration.md', () => {
  const rows = docsTable('configuration.md', '## Variables');

  test('lists the variables of the source, in their order', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(VARIABLES));
  });

  test('says of each whether it is required', () => {
    const required = rows.filter(([, answer]) => answer === 'yes').map(([name]) => name);
    expect(required).toEqual(REQUIRED_VARIABLES);
    expect(rows.every(([, answer]) => answer === 'yes' || answer === 'no')).toBe(true);
  });

  test('gives each default and a meaning', () => {
    for (const [name = '', , documented = '', meaning] of rows) {
      const parsed = VARIABLES[name as keyof typeof VARIABLES].safeParse(undefined);
      if (parsed.success && parsed.data !== undefined) expect(documented, name).toBe(String(parsed.data));
      expect(meaning, name).toMatch(/\S/);
    }
  });

  test('gives examples that the worker takes', () => {
    const examples: Record<string, string> = Object.fromEntries(
      rows.map(([name = '', , , , example = '']) => [name, example]),
    );
    expect(Object.values(examples)).not.toContain('');
    expect(() => loadConfig(examples)).not.toThrow();
  });
});
