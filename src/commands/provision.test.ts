import { expect, test } from 'vitest';
import { FakeSip } from '../../test/support/sip-directory.ts';
import { type ProvisionDeps, provision } from './provision.ts';

const CLINICS = [
  { slug: 'one', numbers: ['+922135550100'], staff_number: '+922135550199' },
  { slug: 'two', numbers: [], staff_number: null },
];

function makeDeps(overrides: Partial<ProvisionDeps> = {}) {
  const printed: string[] = [];
  const warned: string[] = [];
  const sip = new FakeSip();
  const deps: ProvisionDeps = {
    sip,
    agentName: 'openhours',
    clinics: async () => CLINICS.slice(0, 1),
    print: (line) => void printed.push(line),
    warn: (line) => void warned.push(line),
    ...overrides,
  };
  return { deps, sip, printed, warned };
}

test('what is done is said, and then what is to be done at Twilio', async () => {
  const { deps, printed } = makeDeps();
  expect(await provision({}, deps)).toBe(0);
  const [trunk, rule, twilio] = printed;
  expect(trunk).toBe('one: done: create the inbound trunk "openhours one" for +922135550100');
  expect(rule).toBe('one: done: create the dispatch rule "openhours one"');
  expect(twilio).toMatch(
    /At Twilio, by hand:[^]*Origination SIP URI: sip:<project>\.sip\.livekit\.cloud;transport=tcp/,
  );
  expect(twilio).toMatch(
    /add \+922135550100 to the trunk[^]*Call Transfer \(SIP REFER\): enabled, with PSTN transfer/,
  );
});

test('a second run has nothing to do, and says so', async () => {
  const { deps, sip, printed } = makeDeps();
  await provision({}, deps);
  printed.length = 0;
  expect(await provision({}, deps)).toBe(0);
  expect(printed[0]).toBe('one: trunk and rule are as they should be');
  expect([sip.trunkList.length, sip.ruleList.length]).toEqual([1, 1]);
});

test('a dry run says what it would do, and does nothing', async () => {
  const { deps, sip, printed } = makeDeps();
  expect(await provision({ dryRun: true }, deps)).toBe(0);
  expect(printed[0]).toBe('one: would create the inbound trunk "openhours one" for +922135550100');
  expect([...sip.trunkList, ...sip.ruleList]).toEqual([]);
});

test('with --json it is one document', async () => {
  const { deps, printed } = makeDeps();
  await provision({ json: true, dryRun: true }, deps);
  expect(printed).toHaveLength(1);
  expect(JSON.parse(printed.join(''))).toMatchObject({
    agentName: 'openhours',
    dryRun: true,
    steps: [{ do: 'create_trunk' }, { do: 'create_rule' }],
    problems: [],
    settled: [],
    twilio: expect.arrayContaining([expect.stringContaining('Origination')]) as string[],
  });
});

test('a clinic that a person has to settle ends it with 78, and the others are provided for', async () => {
  const { deps, sip, warned } = makeDeps({ clinics: async () => CLINICS });
  expect(await provision({}, deps)).toBe(78);
  expect(warned).toEqual([
    'two: it has no number that callers dial: add it to numbers of the clinic’s file, and apply that',
  ]);
  expect(sip.ruleList.map(({ name }) => name)).toEqual(['openhours one']);
});

test('without a clinic there is nothing to provide, and the message says how to add one', async () => {
  const { deps } = makeDeps({ clinics: async () => [] });
  await expect(provision({}, deps)).rejects.toThrow(/no clinic has the agent name openhours.*clinic apply/);
});
