import { describe, expect, test } from 'vitest';
import { settled } from '../../test/support/clock.ts';
import { beatAnswer, granted, makeShift, peer, refused } from '../../test/support/shift.ts';
import { FLEET, LIFECYCLE } from '../config/defaults.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { WRAP_UP } from '../providers/call-messages.ts';

const GONE = { age_ms: FLEET.vanishedMs + 1 };
const unreachable = () => Promise.reject(new OpenhoursError('SERVICE_UNREACHABLE', 'no answer'));

describe('a seat that is taken', () => {
  test('is left to a worker that lives: who it is is said, and the exit is 0', async () => {
    const { shift, shifts, server, printed, states, clock } = makeShift();
    shifts.answer = async () => refused();
    expect(await clock.until(shift.run(), FLEET.idleBeatMs)).toBe(ExitCode.ok);
    expect(printed).toEqual([
      'the shift is being worked: invented by worker-other (shift-abc12) since 2026-11-23T04:00:00Z',
    ]);
    expect(states()).toEqual(['closed']);
    expect(server.asked).toEqual([]);
    expect(shifts.beats).toEqual([]);
  });

  test('is taken from a predecessor that crashed a second ago: it has given no sign of life since', async () => {
    const { shift, shifts, server, states, printed, clock } = makeShift();
    const diedAt = clock.nowMs() - 1_000;
    shifts.answer = async () => refused({ age_ms: clock.nowMs() - diedAt });
    const running = shift.run();
    server.register();
    await clock.advance(FLEET.vanishedMs);
    expect(states()).toEqual(['standby']);
    expect(printed).toHaveLength(1);
    shifts.answer = async () => granted();
    await clock.advance(FLEET.askAgainMs);
    expect(states()).toEqual(['standby', 'open']);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test.each([GONE, { age_ms: null }])('is waited for when its holder has vanished: %o', async (holder) => {
    const { shift, shifts, server, printed, states, clock } = makeShift();
    shifts.answer = async () => refused(holder);
    const running = shift.run();
    server.register();
    await clock.advance(5_000);
    expect(states()).toEqual(['standby']);
    expect(printed).toEqual(['standing by: worker-other holds the shift, and gives no sign of life']);
    expect(shifts.beats.at(-1)).toMatchObject({ state: 'standby', shift: undefined });
    shifts.answer = async () => granted();
    await clock.advance(FLEET.askAgainMs);
    await settled();
    expect(states()).toEqual(['standby', 'open']);
    expect(shifts.beats.at(-1)?.shift).toEqual({ id: 'shift-invented', fencing: 7 });
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('is left when a vanished holder comes back, and the fleet knows that nobody stands by any more', async () => {
    const { shift, shifts, clock, states } = makeShift();
    shifts.answer = async () => refused(GONE);
    const running = shift.run();
    await clock.advance(3_000);
    shifts.answer = async () => refused();
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
    expect(states()).toEqual(['standby', 'closed']);
    expect(shifts.beats.at(-1)?.state).toBe('closed');
    await settled();
    expect(clock.waiting).toBe(0);
  });

  test('is waited for when it is about to be relayed, but not an hour ahead', async () => {
    const at = (ms: number) => new Date(ms).toISOString();
    const later = makeShift();
    later.shifts.answer = async () => refused({}, at(later.clock.nowMs() + 3_600_000));
    expect(await later.clock.until(later.shift.run(), FLEET.idleBeatMs)).toBe(ExitCode.ok);
    const soon = makeShift();
    const relayAt = soon.clock.nowMs() + 60_000;
    soon.shifts.answer = async () => (soon.clock.nowMs() < relayAt ? refused({}, at(relayAt)) : granted());
    const running = soon.shift.run();
    soon.server.register();
    await soon.clock.advance(59_000);
    expect(soon.states()).toEqual(['standby']);
    await soon.clock.advance(2_000);
    expect(soon.states()).toEqual(['standby', 'open']);
    soon.shift.stop('SIGTERM');
    await running;
  });

  test('is waited for also while the database is gone, which is said once', async () => {
    const { shift, shifts, server, messages, states, clock } = makeShift();
    shifts.answer = async () => refused(GONE);
    const running = shift.run();
    server.register();
    await clock.advance(1_000);
    shifts.answer = unreachable;
    await clock.advance(10_000);
    expect(states()).toEqual(['standby']);
    expect(messages().filter((line) => line === 'the seats could not be asked for')).toHaveLength(1);
    shifts.answer = () => new Promise(() => undefined);
    await clock.advance(FLEET.answerMs);
    shifts.answer = async () => granted();
    await clock.advance(FLEET.answerMs);
    expect(states()).toEqual(['standby', 'open']);
    shift.stop('SIGTERM');
    await running;
  });

  test('is not waited for when there is nothing left to work', async () => {
    const { shift, shifts, clock, states } = makeShift({ environment: { SHIFT_FOR: '2m' } });
    shifts.answer = async () => refused(GONE);
    expect(await clock.until(shift.run(), 180_000, 1_000)).toBe(ExitCode.ok);
    expect(states()).toEqual(['standby', 'closed']);
  });

  test('that cannot be asked for is a failure', async () => {
    const { shift, shifts } = makeShift();
    shifts.answer = unreachable;
    await expect(shift.run()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(shift.lifecycle.state).toBe('failed');
  });

  test('a worker that stands by ends when told to, holding nothing', async () => {
    const { shift, shifts, clock, states } = makeShift();
    shifts.answer = async () => refused(GONE);
    const running = shift.run();
    await clock.advance(3_000);
    shifts.answerBeat = async () => beatAnswer({ lease: 'none', stop: true });
    expect(await clock.until(running, FLEET.idleBeatMs + 1_000)).toBe(ExitCode.ok);
    expect(states()).toEqual(['standby', 'draining', 'closed']);
    expect(shifts.finished).toEqual([]);
  });
});

describe('the relay', () => {
  test('ends the shift only when the next worker is open, and calls then go on to their end', async () => {
    const { shifts, server, clock, states, told, open } = makeShift({
      environment: { TASK_TIMEOUT_S: '7200' },
    });
    const { running } = await open();
    server.activeCalls = 1;
    shifts.answerBeat = async () => beatAnswer({ lease: 'relayed', peers: [peer({ state: 'starting' })] });
    await clock.advance(5_000);
    expect(states()).toEqual(['open']);
    shifts.answerBeat = async () => beatAnswer({ lease: 'relayed', peers: [peer()] });
    await clock.advance(1_000);
    expect(states()).toEqual(['open', 'draining']);
    await clock.advance(60_000);
    expect(told).toEqual([]);
    server.activeCalls = 0;
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
    expect(shifts.finished).toEqual(['closed (7): relayed']);
  });
});

describe('a shift that several work in turn', () => {
  const HOUR = 3_600_000;
  /** A task that would be relayed after 90 min, less 5:45. */
  const environment = { TASK_TIMEOUT_S: '5400' };
  /** Its holder is relayed by so much before or after this worker would be. */
  const found = (byMs: number, changes: Record<string, string> = environment) => {
    const rig = makeShift({ environment: changes });
    const relayAt = rig.clock.nowMs() + 1.5 * HOUR - 345_000 + byMs;
    const at = new Date(relayAt).toISOString();
    rig.shifts.answer = async () =>
      rig.shifts.relayed.length > 0 ? granted() : refused({ relay_at: at }, at);
    return rig;
  };

  test('is relayed at once by a worker that stays longer, such as the one that the schedule starts after a crash', async () => {
    const { shift, shifts, server, clock, states, messages } = found(-HOUR);
    const running = shift.run();
    server.register();
    await clock.advance(FLEET.idleBeatMs);
    expect(states()).toEqual(['open']);
    expect(shifts.relayed).toEqual(['worker-other']);
    expect(messages()).toContain('the shift is relayed now: its holder would leave before this worker');
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('also where this one stays until closing time', async () => {
    const { shift, shifts, server, clock, states } = found(HOUR, { TASK_TIMEOUT_S: '86400' });
    const running = shift.run();
    server.register();
    await clock.advance(FLEET.idleBeatMs);
    expect([shifts.relayed, states()]).toEqual([['worker-other'], ['open']]);
    shift.stop('SIGTERM');
    await running;
  });

  test.each<[string, number, Record<string, string>]>([
    ['a holder that was started as good as together with it', -30_000, environment],
    ['a holder that stays longer', HOUR, environment],
    ['a holder, by a worker that no platform ends', -HOUR, {}],
    ['a holder, by a worker of a shift by hand', -HOUR, { ...environment, SHIFT_FOR: '5h' }],
  ])('is left to %s', async (_, byMs, changes) => {
    const { shift, shifts, clock, states } = found(byMs, changes);
    expect(await clock.until(shift.run(), FLEET.idleBeatMs)).toBe(ExitCode.ok);
    expect([shifts.relayed, states()]).toEqual([[], ['closed']]);
  });

  test('is left to whoever keeps it, or is quicker', async () => {
    const kept = found(-HOUR);
    kept.shifts.answer = async () => refused({ relay_at: new Date(kept.clock.nowMs() + HOUR).toISOString() });
    expect(await kept.clock.until(kept.shift.run(), FLEET.idleBeatMs)).toBe(ExitCode.ok);
    expect(kept.shifts.relayed).toEqual(['worker-other']);
  });

  test('is relayed by nobody while its holder gives no sign of life: the lease has to run out', async () => {
    const { shift, shifts, clock, states } = found(-HOUR);
    const [diedAt, relay_at] = [clock.nowMs(), new Date(clock.nowMs() + HOUR / 2).toISOString()];
    shifts.answer = async () => refused({ relay_at, age_ms: clock.nowMs() - diedAt }, relay_at);
    const running = shift.run();
    await clock.advance(FLEET.vanishedMs + FLEET.askAgainMs);
    expect([shifts.relayed, states()]).toEqual([[], ['standby']]);
    shift.stop('SIGTERM');
    await running;
  });
});

describe('what the fleet says', () => {
  test('a lost lease is handed over: calls go to the worker that has it', async () => {
    const { shifts, server, clock, told, states, messages, open } = makeShift();
    const { running } = await open();
    server.activeCalls = 2;
    shifts.answerBeat = async () => beatAnswer({ lease: 'lost', peers: [peer()] });
    shifts.answerFinish = () => Promise.reject(new OpenhoursError('LEASE_LOST', 'finish_shift'));
    expect(await clock.until(running, FLEET.idleBeatMs + LIFECYCLE.stopNoticeMs)).toBe(ExitCode.ok);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'worker_stopped', handover: true }]);
    expect(states()).toEqual(['open', 'draining', 'closed']);
    const lost = 'the lease is lost: another worker has the shift';
    expect(messages().filter((line) => line === lost)).toHaveLength(1);
    expect(messages()).toContain('the shift’s end could not be written');
  });

  test('a worker that is told to stop does so', async () => {
    const { shifts, clock, open } = makeShift();
    const { running } = await open();
    shifts.answerBeat = async () => beatAnswer({ stop: true });
    expect(await clock.until(running, FLEET.idleBeatMs + 1_000)).toBe(ExitCode.ok);
    expect(shifts.finished).toEqual(['closed (7): fleet_stop']);
  });

  test('an answer brings home what could not be recorded, one at a time, and a failure of that is no end', async () => {
    const { clock, server, catchUp, messages, shift, open } = makeShift();
    catchUp.mockImplementationOnce(() => new Promise(() => undefined));
    const { running } = await open();
    server.activeCalls = 1;
    await clock.advance(5_000);
    expect(catchUp).toHaveBeenCalledTimes(1);
    shift.stop('SIGTERM');
    await clock.until(running, LIFECYCLE.stopNoticeMs);
    const other = makeShift();
    other.catchUp.mockRejectedValue(new Error('disk full'));
    const opened = await other.open();
    await settled();
    expect(other.messages()).toContain('what could not be recorded still cannot be');
    other.shift.stop('SIGTERM');
    expect(await opened.running).toBe(ExitCode.ok);
    expect(messages()).not.toContain('what could not be recorded still cannot be');
  });
});

describe('a database that is gone', () => {
  test('does not end the shift, and is said once', async () => {
    const { shifts, clock, messages, states, shift, open } = makeShift();
    const { running } = await open();
    shifts.answerBeat = unreachable;
    await clock.advance(60_000);
    expect(states()).toEqual(['open']);
    expect(messages().filter((line) => line === 'a sign of life was not accepted')).toHaveLength(1);
    shifts.answerBeat = async () => beatAnswer();
    await clock.advance(3_000);
    expect(messages()).toContain('signs of life are accepted again');
    shift.stop('SIGTERM');
    await running;
  });

  test.each([0, 4])(
    'does not keep the worker after a signal, with %d calls that do not end',
    async (calls) => {
      const { shift, server, shifts, clock, messages, open } = makeShift({
        deps: { onDuty: () => () => new Promise(() => undefined) },
      });
      const { running } = await open();
      shifts.vanish();
      server.activeCalls = calls;
      server.close = () => new Promise(() => undefined);
      const before = clock.ageMs();
      shift.stop('SIGTERM');
      expect(await clock.until(running, 20_000)).toBe(ExitCode.ok);
      expect(clock.ageMs() - before).toBeLessThan(LIFECYCLE.stopNoticeMs + 1_000);
      expect(messages()).toContain('the shift’s end was not written in time');
    },
  );

  test('does not keep the worker that fails', async () => {
    const { server, shifts, clock, open } = makeShift();
    const { running } = await open();
    shifts.vanish();
    server.lose(new Error('gone'));
    await expect(clock.until(running, 8_000)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  });

  test('that answers badly costs the record, and nothing else', async () => {
    const { shift, shifts, messages, open } = makeShift();
    shifts.answerMove = unreachable;
    shifts.answerFinish = unreachable;
    const { running } = await open();
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(messages()).toContain('a move of the shift could not be written');
    expect(messages()).toContain('the shift’s end could not be written');
    expect(shift.summary).toBeUndefined();
  });
});
