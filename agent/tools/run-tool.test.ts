import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeCall } from '../../test/support/call-state.ts';
import { CALL } from '../../src/config/defaults.ts';
import { OpenhoursError } from '../../src/errors.ts';
import { endCallTool } from './end-call.ts';
import { runTool } from './run-tool.ts';

afterEach(() => void vi.useRealTimers());

test('a run is on record with its turn, what was asked, what came back and how long it took', async () => {
  const call = makeCall();
  call.callerSpeaks();
  const reply = await runTool(call.state, 'find_slots', { service: 'check-up' }, async () => ({
    say: 'On Tuesday.',
  }));
  await call.state.ledger.close('completed', 'goodbye');
  expect(reply).toEqual({ say: 'On Tuesday.' });
  const [run] = call.asked('record_tool_run');
  expect(run).toMatchObject({
    p_turn_index: 1,
    p_name: 'find_slots',
    p_arguments: { service: 'check-up' },
    p_result: { say: 'On Tuesday.' },
    p_error_code: null,
  });
  expect(Number.isInteger(run?.p_duration_ms)).toBe(true);
  expect(call.asked('record_turn').at(-1)).toMatchObject({ p_index: 1, p_turn: { tool: 'find_slots' } });
});

describe('a tool that fails', () => {
  test.each([
    [new OpenhoursError('SERVICE_UNREACHABLE', 'the database did not answer'), 'SERVICE_UNREACHABLE'],
    [new TypeError('x is not a function'), 'CALL_FAILED'],
  ])('is an apology to the caller, and its code is on record: %s', async (error, code) => {
    const call = makeCall();
    const reply = await runTool(call.state, 'find_slots', {}, () => Promise.reject(error));
    await call.state.ledger.close('completed', 'goodbye');
    expect(reply.error).toBe(code);
    expect(reply.say).toMatch(/^I'm sorry, I can't reach our appointment book/);
    expect(reply.say).not.toContain(error.message);
    expect(call.asked('record_tool_run')).toMatchObject([{ p_error_code: code, p_result: reply }]);
    expect(call.lines.find(({ message }) => message === 'tool failed')).toMatchObject({
      severity: 'ERROR',
      error: { message: error.message },
    });
  });

  test('by never answering is given up after the time limit', async () => {
    vi.useFakeTimers();
    const call = makeCall();
    const running = runTool(call.state, 'find_slots', {}, () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(CALL.toolMs - 1);
    expect(call.lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await running).toMatchObject({ error: 'CALL_FAILED' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('after its time limit disturbs nobody', async () => {
    vi.useFakeTimers();
    let fail: (error: Error) => void = () => undefined;
    const running = runTool(
      makeCall().state,
      'find_slots',
      {},
      () => new Promise((_, reject) => (fail = reject)),
    );
    await vi.advanceTimersByTimeAsync(CALL.toolMs);
    await running;
    fail(new Error('too late'));
    await vi.advanceTimersByTimeAsync(0); // an unhandled rejection would fail this run
  });
});

test('no timer is left behind by a tool that answers', async () => {
  vi.useFakeTimers();
  await runTool(makeCall().state, 'find_slots', {}, async () => ({ say: 'yes' }));
  expect(vi.getTimerCount()).toBe(0);
});

test('what the caller said stands in no log line', async () => {
  const call = makeCall();
  await runTool(call.state, 'prepare_booking', { patient_name: 'Sara Notreal' }, async () => ({
    say: 'For Sara Notreal.',
  }));
  expect(call.lines).toMatchObject([{ message: 'tool run', tool: 'prepare_booking', pii: '[redacted]' }]);
  expect(JSON.stringify(call.lines)).not.toContain('Notreal');
});

test('ending the call says goodbye in the clinic’s name, and the line is closed afterwards', async () => {
  const call = makeCall();
  const reply: unknown = await endCallTool(call.state).execute({}, {} as never);
  expect(reply).toEqual({ say: 'Thank you for calling Invented Dental. Goodbye.' });
  expect(call.state.goodbye).toBe(true);
});

describe('what was read back', () => {
  const pending = {
    kind: 'registration',
    field: 'phone',
    fullName: 'Zoe',
    dateOfBirth: '2001-12-12',
    phone: '+923005550177',
  } as const;
  const proposed = () => {
    const call = makeCall();
    call.state.proposal = { ...pending, patientPhone: undefined, requestId: 'one', turnIndex: 0 };
    return call;
  };

  test('does not wait for a yes any more once another tool has run in a later turn', async () => {
    const call = proposed();
    await runTool(call.state, 'find_slots', {}, async () => ({ say: 'On Tuesday.' }));
    expect(call.state.proposal).toBeDefined();
    call.callerSpeaks();
    await runTool(call.state, 'find_slots', {}, async () => ({ say: 'On Tuesday.' }));
    expect(call.state.proposal).toBeUndefined();
  });

  test.each(['confirm', 'adjust_speech', 'switch_language'])('still waits after %s', async (name) => {
    const call = proposed();
    call.callerSpeaks();
    await runTool(call.state, name, {}, async () => ({ say: 'yes' }));
    expect(call.state.proposal).toBeDefined();
  });
});

test('arguments too long for a successor are left out of what it is told', async () => {
  const { state } = makeCall();
  await runTool(state, 'leave_message', { message: 'x'.repeat(10_000) }, async () => ({ say: 'yes' }));
  expect(state.toolMemory).toMatchObject([{ name: 'leave_message', args: '{}' }]);
});
