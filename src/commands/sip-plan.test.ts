import { describe, expect, test } from 'vitest';
import { FakeSip } from '../../test/support/sip-directory.ts';
import { type DispatchRule, type InboundTrunk, applySipPlan, planSip } from './sip-plan.ts';
import { ruleContent } from './sip-rule.ts';

const ONE = { slug: 'one', numbers: ['+922135550100', '+922135550101'] };
const TWO = { slug: 'two', numbers: ['+922135550200'] };

async function provide(sip: FakeSip, clinics = [ONE, TWO]) {
  const plan = planSip('openhours', clinics, await sip.trunks(), await sip.rules());
  await applySipPlan(plan.steps, sip, () => undefined);
  return plan;
}

const trunk = (changes: Partial<InboundTrunk> = {}): InboundTrunk => ({
  id: 'ST_one',
  name: 'openhours one',
  numbers: ONE.numbers,
  ...changes,
});
const rule = (changes: Partial<DispatchRule> = {}): DispatchRule => ({
  id: 'SDR_one',
  name: 'openhours one',
  trunkIds: ['ST_one'],
  pin: '',
  numbers: [],
  ...ruleContent('openhours', 'one'),
  ...changes,
});

test('in an empty project each clinic gets a trunk with its numbers, and a rule of that trunk which names it', async () => {
  const sip = new FakeSip();
  const plan = await provide(sip);
  expect(plan.steps.map((step) => `${step.clinic} ${step.do}`)).toEqual([
    'one create_trunk',
    'one create_rule',
    'two create_trunk',
    'two create_rule',
  ]);
  expect(await sip.trunks()).toEqual([
    { id: 'ST_1', name: 'openhours one', numbers: ONE.numbers },
    { id: 'ST_2', name: 'openhours two', numbers: TWO.numbers },
  ]);
  expect(await sip.rules()).toMatchObject([
    {
      name: 'openhours one',
      trunkIds: ['ST_1'],
      kind: 'individual',
      roomPrefix: 'call-',
      hidePhoneNumber: false,
      attributes: { clinic: 'one' },
      agents: [{ agentName: 'openhours', metadata: '{"clinic":"one"}' }],
    },
    { name: 'openhours two', trunkIds: ['ST_2'], attributes: { clinic: 'two' } },
  ]);
});

test('a second run does nothing', async () => {
  const sip = new FakeSip();
  await provide(sip);
  const again = await provide(sip);
  expect(again).toEqual({ steps: [], problems: [], settled: ['one', 'two'] });
  expect(sip.trunkList).toHaveLength(2);
});

describe('what was made by hand is used where it fits', () => {
  test('a trunk with another name, to which the missing number is added', async () => {
    const sip = new FakeSip([trunk({ name: 'by hand', numbers: ['+922135550101', '+922135559999'] })]);
    const plan = await provide(sip, [ONE]);
    expect(plan.steps).toMatchObject([
      { do: 'add_numbers', trunkId: 'ST_one', numbers: ['+922135550100'] },
      { do: 'create_rule', trunkIds: ['ST_one'] },
    ]);
    expect(sip.trunkList[0]?.numbers).toEqual(['+922135550101', '+922135559999', '+922135550100']);
  });

  test('a rule for every trunk that asks the agent in for this clinic', async () => {
    const general = rule({ name: 'by hand', trunkIds: [] });
    expect(planSip('openhours', [ONE], [trunk()], [general]).settled).toEqual(['one']);
  });

  test('a rule for every trunk and another clinic is not this clinic’s', async () => {
    const general = rule({ name: 'by hand', trunkIds: [], ...ruleContent('openhours', 'other') });
    expect(planSip('openhours', [ONE], [trunk()], [general]).steps).toMatchObject([{ do: 'create_rule' }]);
  });

  test('a room prefix, and attributes of somebody else’s', async () => {
    const sip = new FakeSip([trunk()], [rule({ roomPrefix: 'clinic-', attributes: { source: 'sample' } })]);
    await provide(sip, [ONE]);
    expect(sip.ruleList[0]).toMatchObject({
      roomPrefix: 'clinic-',
      attributes: { source: 'sample', clinic: 'one' },
    });
  });
});

describe('a rule that would lose calls is put right, and a second run is content', () => {
  test.each<[string, Partial<DispatchRule>, RegExp]>([
    ['one room for all', { kind: 'other' }, /share a room/],
    ['a PIN', { pin: '1234' }, /asked for a PIN/],
    ['hidden callers', { hidePhoneNumber: true }, /hides who calls/],
    ['no agent', { agents: [] }, /does not ask openhours in/],
    ['no clinic', { agents: [{ agentName: 'openhours', metadata: 'not JSON' }] }, /clinic in the metadata/],
    ['another clinic’s attribute', { attributes: { clinic: 'two' } }, /attribute clinic/],
    ['a trunk that is gone', { trunkIds: ['ST_gone'] }, /not for the clinic’s trunk/],
    ['some numbers only', { numbers: ['+922135550100'] }, /not for all of the clinic’s numbers/],
  ])('%s', async (_, changes, why) => {
    const sip = new FakeSip([trunk()], [rule(changes)]);
    const plan = await provide(sip, [ONE]);
    expect(plan.steps).toMatchObject([{ do: 'change_rule', ruleId: 'SDR_one' }]);
    expect(plan.steps.flatMap((step) => (step.do === 'change_rule' ? step.why : [])).join()).toMatch(why);
    expect((await provide(sip, [ONE])).settled).toEqual(['one']);
    expect(sip.ruleList).toHaveLength(1);
  });

  test('a rule whose trunk was deleted gets the new one', async () => {
    const sip = new FakeSip([], [rule()]);
    await provide(sip, [ONE]);
    expect(sip.ruleList[0]?.trunkIds).toEqual(['ST_one', 'ST_1']);
    expect((await provide(sip, [ONE])).settled).toEqual(['one']);
  });
});

describe('what only a person can settle is left alone and named', () => {
  test('a rule that sends the calls to another agent', async () => {
    const foreign = rule({ name: 'sales', agents: [{ agentName: 'sales-agent', metadata: '' }] });
    const sip = new FakeSip([trunk()], [foreign]);
    const plan = await provide(sip);
    expect(plan.problems).toEqual([
      {
        clinic: 'one',
        problem: 'the rule "sales" (SDR_one) of its trunk sends its calls to the agent sales-agent',
        remedy: expect.stringContaining('delete that rule') as string,
      },
    ]);
    expect(sip.ruleList[0]).toEqual(foreign);
    expect(plan.steps.map(({ clinic }) => clinic)).toEqual(['two', 'two']);
  });

  test('a trunk with the numbers of two clinics', () => {
    const shared = trunk({ numbers: [...ONE.numbers, ...TWO.numbers] });
    const plan = planSip('openhours', [ONE, TWO], [shared], []);
    expect(plan.steps).toEqual([]);
    expect(plan.problems.map(({ clinic }) => clinic)).toEqual(['one', 'two']);
    expect(plan.problems[0]?.problem).toContain('numbers of another clinic');
  });

  test('a clinic without a number', () => {
    const plan = planSip('openhours', [{ slug: 'three', numbers: [] }], [], []);
    expect(plan.problems).toMatchObject([{ clinic: 'three', problem: 'it has no number that callers dial' }]);
  });
});
