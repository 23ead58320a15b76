import { describe, expect, test } from 'vitest';
import { makeClinic } from '../../test/support/clinic.ts';
import type { ClinicId, TaskId } from '../clinic/ids.ts';
import type { NewTask } from '../clinic/tasks.ts';
import { ExitCode, type OpenhoursError } from '../errors.ts';
import { type CallDeps, type CallOptions, putInCall } from './call.ts';

const CLINIC = makeClinic({
  id: 'clinic-invented' as ClinicId,
  slug: 'invented-dental',
  country: 'PK',
  time_zone: 'Asia/Karachi',
});
const OTHER = makeClinic({ slug: 'other-dental' });

/** 11:00 in Karachi. */
const NOW = Date.parse('2026-11-23T06:00:00Z');

async function run(options: Partial<CallOptions> = {}, overrides: Partial<CallDeps> = {}) {
  const added: NewTask[] = [];
  const out: string[] = [];
  const warnings: string[] = [];
  const code = await putInCall(
    { to: '0300 5550123', ...options },
    {
      clinics: async () => [CLINIC],
      add: async (task) => {
        added.push(task);
        return { task_id: 'task-1' as TaskId, created: true };
      },
      hasTrunk: true,
      nowMs: () => NOW,
      print: (line) => void out.push(line),
      warn: (line) => void warnings.push(line),
      ...overrides,
    },
  );
  return { code, task: added[0], out: out.join('\n'), warnings: warnings.join('\n') };
}

const failureOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: unknown) => error as OpenhoursError,
  );

test('a number is enough, where there is one clinic', async () => {
  const { code, task, out, warnings } = await run();
  expect(code).toBe(ExitCode.ok);
  expect(task).toEqual({ clinicId: CLINIC.id, kind: 'call', toNumber: '+923005550123', priority: 0 });
  expect(out).toContain('task-1');
  expect(warnings).toBe('');
});

test('everything else can be said', async () => {
  const { task } = await run(
    {
      clinic: 'invented-dental',
      kind: 'reminder',
      note: ' bring the X-ray ',
      priority: '-5',
      at: '2026-11-24 09:30',
    },
    { clinics: async () => [OTHER, CLINIC] },
  );
  expect(task).toEqual({
    clinicId: CLINIC.id,
    kind: 'reminder',
    toNumber: '+923005550123',
    priority: -5,
    body: { note: 'bring the X-ray' },
    earliestAt: new Date('2026-11-24T04:30:00Z'),
  });
});

test.each([
  ['14:30', '2026-11-23T09:30:00.000Z'],
  ['10:30', '2026-11-24T05:30:00.000Z'],
  ['2026-12-01T10:00', '2026-12-01T05:00:00.000Z'],
  ['2026-12-01T10:00Z', '2026-12-01T10:00:00.000Z'],
])('--at %s is on the clinic’s clock unless it says otherwise', async (at, earliest) => {
  expect((await run({ at })).task?.earliestAt?.toISOString()).toBe(earliest);
});

test('--json prints one document', async () => {
  const { out } = await run({ json: true, at: '14:30' });
  expect(JSON.parse(out)).toEqual({
    task_id: 'task-1',
    created: true,
    clinic: 'invented-dental',
    to: '+923005550123',
    kind: 'call',
    earliest: '2026-11-23T09:30:00.000Z',
  });
});

test('it says when no worker of this environment would make the call', async () => {
  expect((await run({}, { hasTrunk: false })).warnings).toContain('SIP_OUTBOUND_TRUNK_ID');
});

describe('what cannot be is refused with what it should be', () => {
  test.each<[Partial<CallOptions>, RegExp]>([
    [{ to: 'my neighbour' }, /--to/],
    [{ kind: 'message' }, /--kind must be one of callback, reminder, call/],
    [{ note: 'x'.repeat(1_001) }, /--note/],
    [{ priority: '1.5' }, /--priority/],
    [{ priority: '101' }, /--priority/],
    [{ at: '25:00' }, /--at/],
    [{ at: 'tomorrow' }, /--at/],
    [{ at: '2026-02-30T10:00' }, /--at/],
    [{ at: '2026-12-01' }, /--at/],
  ])('%o', async (options, message) => {
    const error = await failureOf(run(options));
    expect(error).toMatchObject({ code: 'INPUT_INVALID' });
    expect(error?.message).toMatch(message);
  });

  test('a clinic that is not there, and one of several that is not named', async () => {
    expect((await failureOf(run({ clinic: 'nowhere' })))?.message).toContain('there is invented-dental');
    expect(await failureOf(run({}, { clinics: async () => [] }))).toMatchObject({ code: 'CLINIC_UNKNOWN' });
    const several = await failureOf(run({}, { clinics: async () => [CLINIC, OTHER] }));
    expect(several?.message).toContain('invented-dental, other-dental');
  });
});
