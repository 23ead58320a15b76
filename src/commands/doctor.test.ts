import { beforeEach, describe, expect, test } from 'vitest';
import { makeClinic } from '../../test/support/clinic.ts';
import { REQUIRED_ENVIRONMENT, makeConfig } from '../../test/support/config.ts';
import { FakeSip } from '../../test/support/sip-directory.ts';
import { loadConfig } from '../config/load.ts';
import { OpenhoursError } from '../errors.ts';
import type { CanaryFailure } from './canary.ts';
import type { Finding } from './doctor-checks.ts';
import type { Answer, Service } from './doctor-probes.ts';
import { type DoctorDeps, runDoctor } from './doctor.ts';
import { applySipPlan, planSip } from './sip-plan.ts';

/** A Monday, 08:00 in Karachi: the clinic opens at 09:00. */
const NOW = Date.parse('2026-11-23T03:00:00Z');
let sip: FakeSip;

const CLINIC = makeClinic({ staff_number: '+922135550199' });

beforeEach(async () => {
  sip = new FakeSip();
  await applySipPlan(planSip('openhours', [CLINIC], [], []).steps, sip, () => undefined);
});

const answer = (changes: Partial<Answer> = {}): Answer => ({
  status: 200,
  sentAt: NOW,
  receivedAt: NOW + 80,
  date: NOW,
  ...changes,
});

async function examine(
  answers: Partial<Record<Service, Partial<Answer>>> = {},
  overrides: Partial<DoctorDeps> = {},
) {
  const printed: string[] = [];
  const deps: DoctorDeps = {
    config: () => makeConfig({ TASK_TIMEOUT_S: '36000' }),
    probe: async (service) => answer(answers[service]),
    checkSchema: async () => undefined,
    clinics: async () => [CLINIC],
    sip: () => sip,
    call: async () => {
      throw new Error('nobody asked for a call');
    },
    nowMs: () => NOW,
    print: (line) => void printed.push(line),
    ...overrides,
  };
  const code = await runDoctor({ json: true, call: overrides.call !== undefined }, deps);
  const { findings } = JSON.parse(printed.join('')) as { findings: Finding[] };
  const bad = findings.filter(({ verdict }) => verdict !== 'ok');
  for (const { finding, remedy } of bad) expect(remedy, finding).toMatch(/\w+.*\./);
  return { code, findings, bad: bad.map(({ check, verdict, finding }) => `${verdict} ${check}: ${finding}`) };
}

const failing = (error: OpenhoursError) => () => Promise.reject(error);

test('where all is well everything is ok, and the command ends with 0', async () => {
  const { code, findings, bad } = await examine();
  expect([code, bad]).toEqual([0, []]);
  expect(findings.map(({ check }) => check)).toEqual([
    'configuration',
    'LiveKit',
    'Supabase',
    'OpenAI',
    'Deepgram',
    'schema',
    'clinics',
    'hours and TASK_TIMEOUT_S',
    'trunk and rule',
    'clock',
  ]);
});

test('people see a line for each, a remedy below what is wrong, and what was not checked', async () => {
  const printed: string[] = [];
  await runDoctor(
    {},
    {
      config: () => makeConfig({ TASK_TIMEOUT_S: '36000' }),
      probe: async (service) => answer(service === 'Deepgram' ? { status: 401 } : {}),
      checkSchema: async () => undefined,
      clinics: async () => [CLINIC],
      sip: () => sip,
      call: async () => ({ agentMs: 400, soundMs: 500 }),
      nowMs: () => NOW,
      print: (line) => void printed.push(line),
    },
  );
  const lines = printed.join('\n').split('\n');
  expect(lines).toContain('ok    LiveKit                   it takes our key, in 80 ms');
  const wrong = lines.indexOf('fail  Deepgram                  it refuses our key (401)');
  expect(lines[wrong + 1]).toMatch(/^ {32}Take DEEPGRAM_API_KEY from this very project/);
  expect(lines).toContain('9 ok, 0 to warn of, 1 failed');
  expect(lines.slice(-2)).toEqual([
    'Not checked: a call: `openhours doctor --call` while a worker is open',
    'Not checked: the way from the telephone to LiveKit: ring the clinic',
  ]);
});

describe('what fails decides how the command ends', () => {
  test('every variable that is missing is named, with 78', async () => {
    const environment = { ...REQUIRED_ENVIRONMENT, LIVEKIT_URL: undefined, PORT: 'x' };
    const { code, bad } = await examine({}, { config: () => loadConfig(environment) });
    expect(code).toBe(78);
    expect(bad).toEqual([
      'fail configuration: LIVEKIT_URL is not set',
      'fail configuration: PORT must be a whole number from 0 to 65535',
    ]);
  });

  test.each<[Service, number, number, string]>([
    ['LiveKit', 401, 77, 'it refuses our key (401)'],
    ['Supabase', 403, 77, 'it refuses our key (403)'],
    ['OpenAI', 401, 77, 'it refuses our key (401)'],
    ['Deepgram', 401, 77, 'it refuses our key (401)'],
    ['LiveKit', 503, 69, 'it answers with 503'],
    ['Supabase', 502, 69, 'it answers with 502'],
  ])('%s that answers %i ends it with %i', async (service, status, code, finding) => {
    const result = await examine({ [service]: { status } });
    expect(result).toMatchObject({ code, bad: [`fail ${service}: ${finding}`] });
  });

  test('a database that does not answer is 69, and what stands in it is not guessed at', async () => {
    const { code, findings } = await examine({ Supabase: { status: undefined } });
    expect(code).toBe(69);
    expect(findings.map(({ check }) => check)).not.toContain('schema');
  });

  test('an older schema is 78, and says how to migrate', async () => {
    const checkSchema = failing(new OpenhoursError('SCHEMA_OUTDATED', 'the database has schema 1'));
    const { code, findings, bad } = await examine({}, { checkSchema });
    expect([code, bad]).toEqual([78, ['fail schema: the database has schema 1']]);
    expect(findings.find(({ check }) => check === 'schema')?.remedy).toContain('supabase db push');
  });

  test('no clinic of the agent’s name is 78', async () => {
    const { code, bad } = await examine({}, { clinics: async () => [] });
    expect([code, bad]).toEqual([78, ['fail clinics: none has the agent name openhours']]);
  });

  test('hours that cannot be worked are 78, and named', async () => {
    const hours = [{ weekday: 1, opens: '17:00', closes: '09:00' }];
    const { code, bad } = await examine({}, { clinics: async () => [{ ...CLINIC, hours }] });
    expect(code).toBe(78);
    expect(bad[0]).toContain('closes no later than it opens');
  });

  test('a trunk that is not there is 1, and says what to run', async () => {
    sip = new FakeSip();
    const { code, bad, findings } = await examine();
    expect(code).toBe(1);
    expect(bad).toEqual([
      expect.stringContaining('create the inbound trunk'),
      expect.stringContaining('create the dispatch rule'),
    ]);
    expect(findings.find(({ verdict }) => verdict === 'fail')?.remedy).toBe('Run `openhours provision`.');
  });

  test('a LiveKit without a SIP service is 69, but only to warn of in development', async () => {
    const broken = new FakeSip();
    broken.trunks = failing(new OpenhoursError('SERVICE_UNREACHABLE', 'sip not connected'));
    expect((await examine({}, { sip: () => broken })).code).toBe(69);
    const config = () => makeConfig({ ENVIRONMENT: 'development' });
    const { code, bad } = await examine({}, { sip: () => broken, config });
    expect([code, bad]).toEqual([0, ['warn trunk and rule: sip not connected']]);
  });

  test('a task timeout in which no call can be taken is 78', async () => {
    const { code, bad } = await examine({}, { config: () => makeConfig({ TASK_TIMEOUT_S: '60' }) });
    expect(code).toBe(78);
    expect(bad[0]).toContain('TASK_TIMEOUT_S is 60, which is too short');
  });

  test('a clock that is minutes off is 1', async () => {
    const { code, bad } = await examine(
      {},
      {
        probe: async () => answer({ date: NOW + 120_000 }),
      },
    );
    expect([code, bad]).toEqual([1, ['fail clock: it is 120 s behind the services']]);
  });
});

describe('what only ought to be looked at is warned of, and ends with 0', () => {
  test('a vendor that is down, which may be back when the first call comes', async () => {
    const { code, bad } = await examine({ OpenAI: { status: undefined }, Deepgram: { status: 500 } });
    expect(code).toBe(0);
    expect(bad).toEqual(['warn OpenAI: it does not answer', 'warn Deepgram: it answers with 500']);
  });

  test('a vendor that asks to be asked less often has taken the key', async () => {
    expect((await examine({ OpenAI: { status: 429 } })).bad).toEqual([]);
  });

  test('a timeout that is shorter than the shift, with what is needed', async () => {
    const { code, bad } = await examine({}, { config: () => makeConfig({ TASK_TIMEOUT_S: '14400' }) });
    expect(code).toBe(0);
    expect(bad).toEqual([
      'warn hours and TASK_TIMEOUT_S: the shift from 2026-11-23 04:00 UTC to 2026-11-23 12:00 UTC needs 29475 s, TASK_TIMEOUT_S is 14400: several executions have to work it, one after the other',
    ]);
  });

  test('no timeout at all in production', async () => {
    expect((await examine({}, { config: () => makeConfig() })).bad[0]).toContain(
      'nothing is said to end the task',
    );
  });

  test('a clinic that never closes, which needs one execution after the other', async () => {
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
    const { code, bad } = await examine({}, { clinics: async () => [{ ...CLINIC, hours }] });
    expect([code, bad[0]]).toEqual([0, expect.stringContaining('is longer than any task may be')]);
  });

  test('a clinic without a staff number, without a number, without anybody to book', async () => {
    const clinic = { ...CLINIC, staff_number: null, practitioners: [] };
    const { code, bad } = await examine({}, { clinics: async () => [clinic] });
    expect(code).toBe(0);
    expect(bad).toEqual([
      expect.stringContaining('cannot be transferred'),
      expect.stringContaining('nobody offers a service'),
    ]);
  });

  test('a clock that is some seconds off, and one wrong server is outvoted', async () => {
    expect((await examine({}, { probe: async () => answer({ date: NOW - 10_000 }) })).bad).toEqual([
      'warn clock: it is 9 s ahead of the services',
    ]);
    expect((await examine({ OpenAI: { date: NOW + 900_000 } })).bad).toEqual([]);
    expect((await examine({}, { probe: async () => answer({ date: undefined }) })).bad).toEqual([
      'warn clock: no service says what time it is',
    ]);
  });
});

describe('with --call', () => {
  const SECOND = makeClinic({
    slug: 'second-sample',
    numbers: ['+922135550188'],
    staff_number: '+922135550199',
  });
  const both = async () => {
    await applySipPlan(
      planSip('openhours', [CLINIC, SECOND], [], []).steps,
      (sip = new FakeSip()),
      () => undefined,
    );
    return [CLINIC, SECOND];
  };

  test('each clinic is called at its own number, and the times are told', async () => {
    const called: string[] = [];
    const call: DoctorDeps['call'] = async (_, { slug, number }) => {
      called.push(`${slug} ${number}`);
      return { agentMs: 410, soundMs: 530 };
    };
    const { code, findings } = await examine({}, { call, clinics: both });
    expect([code, called]).toEqual([
      0,
      [`${CLINIC.slug} ${CLINIC.numbers[0] ?? ''}`, 'second-sample +922135550188'],
    ]);
    expect(findings.at(-1)).toEqual({
      check: 'call',
      verdict: 'ok',
      finding: 'second-sample: the agent came 410 ms after the ring, its first sound 530 ms after it',
      agentMs: 410,
      soundMs: 530,
    });
  });

  test.each<[CanaryFailure, number, string, RegExp]>([
    [
      'no_worker',
      69,
      'no worker named openhours took the call within 9 s',
      /^Start `openhours worker`.*LIVEKIT_AGENT_NAME/,
    ],
    ['never_came', 1, 'a worker took the call, and its process did not come', /log/],
    ['silent', 1, 'the agent came and was silent for 6 s', /SPEAK_PROVIDERS/],
    ['hung_up', 1, 'the agent hung up before it had spoken', /calls/],
  ])('%s ends it with %i, and no other clinic is called', async (failure, expected, finding, remedy) => {
    let calls = 0;
    const call = async () => ({ failure: (calls += 1) > 0 ? failure : 'silent' }) as const;
    const { code, bad, findings } = await examine({}, { call, clinics: both });
    expect([code, bad, calls]).toEqual([expected, [`fail call: ${CLINIC.slug}: ${finding}`], 1]);
    expect(findings.at(-1)?.remedy).toMatch(remedy);
  });

  test('a LiveKit that refuses the key during the call is 77', async () => {
    const call = failing(new OpenhoursError('CREDENTIALS_REFUSED', 'LiveKit did not list participants'));
    expect(await examine({}, { call })).toMatchObject({
      code: 77,
      bad: ['fail call: LiveKit did not list participants'],
    });
  });

  test('nobody is called where LiveKit refuses the key, or no clinic has a number', async () => {
    const call = async () => ({ agentMs: 1, soundMs: 1 });
    const refused = await examine({ LiveKit: { status: 401 } }, { call });
    expect(refused.bad.at(-1)).toBe('warn call: none was made: LiveKit and a clinic are needed');
    const numberless = await examine({}, { call, clinics: async () => [{ ...CLINIC, numbers: [] }] });
    expect(numberless.bad.at(-1)).toBe('warn call: none was made: no clinic has a number');
  });
});

test('a bug is not a finding', async () => {
  await expect(examine({}, { clinics: () => Promise.reject(new TypeError('x')) })).rejects.toThrow(TypeError);
  await expect(examine({}, { call: () => Promise.reject(new TypeError('x')) })).rejects.toThrow(TypeError);
});
