import { describe, expect, test } from 'vitest';
import type { ShiftState } from '../lifecycle/state.ts';
import { type StatusSource, createStatusApp } from './app.ts';

const STARTED = Date.UTC(2026, 10, 23, 4);

function makeApp(overrides: Partial<StatusSource> = {}) {
  return createStatusApp({
    workerId: () => 'worker-1',
    state: () => 'open',
    ready: () => true,
    activeCalls: () => 1,
    totalCalls: () => 7,
    maxCalls: 4,
    plan: () => undefined,
    onMove: () => undefined,
    startedAt: STARTED,
    nowMs: () => STARTED + 90_400,
    metrics: async () => '# HELP openhours_claims_total Claims\n',
    run: {
      token: undefined,
      findClinic: async () => undefined,
      add: () => Promise.reject(new Error('not asked')),
      failed: () => undefined,
    },
    ...overrides,
  });
}

test('/health is up whatever the shift does', async () => {
  const response = await makeApp({ ready: () => false, state: () => 'failed' }).request('/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok' });
});

test('/ready is 503 with the state until calls are taken, then 200', async () => {
  let ready = false;
  const app = makeApp({ ready: () => ready, state: () => 'starting' });
  const early = await app.request('/ready');
  expect(early.status).toBe(503);
  expect(await early.json()).toEqual({ ready: false, state: 'starting' });
  ready = true;
  const later = await app.request('/ready');
  expect(later.status).toBe(200);
  expect(await later.json()).toEqual({ ready: true });
});

test('/hello introduces the worker in the words that registries know', async () => {
  const response = await makeApp().request('/hello');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({
    status: 'available',
    workerId: 'worker-1',
    uptime: 90,
    activeTasks: 1,
    totalTasksExecuted: 7,
    state: 'open',
    shift: { maxCalls: 4, startedAt: '2026-11-23T04:00:00.000Z' },
    services: ['voice'],
  });
});

test('/hello has the plan of the shift, once there is one', async () => {
  const plan = { source: 'hours', closesAt: '2026-11-23T12:00:00.000Z' };
  const response = await makeApp({ plan: () => plan }).request('/hello');
  expect(await response.json()).toMatchObject({
    shift: { maxCalls: 4, startedAt: '2026-11-23T04:00:00.000Z', ...plan },
  });
});

describe('the status of a worker', () => {
  test.each<[ShiftState, number, string]>([
    ['starting', 0, 'starting'],
    ['standby', 0, 'starting'],
    ['open', 0, 'available'],
    ['open', 3, 'available'],
    ['open', 4, 'full'],
    ['open', 5, 'full'],
    ['draining', 2, 'draining'],
    ['closed', 0, 'stopped'],
    ['failed', 0, 'stopped'],
  ])('%s with %d calls is %s', async (state, calls, status) => {
    const response = await makeApp({ state: () => state, activeCalls: () => calls }).request('/hello');
    expect(await response.json()).toMatchObject({ status, state, activeTasks: calls });
  });
});

test('what is not there is 404, and a body that is too large is refused', async () => {
  expect((await makeApp().request('/elsewhere')).status).toBe(404);
  const body = 'x'.repeat(65 * 1024);
  const headers = { 'content-length': String(body.length) };
  expect((await makeApp().request('/hello', { method: 'POST', body, headers })).status).toBe(413);
});

test('/metrics has the calls of this moment, beside what is counted', async () => {
  let calls = 2;
  const app = makeApp({ activeCalls: () => calls, ready: () => calls < 3 });
  const read = async () => await (await app.request('/metrics')).text();
  expect(await read()).toContain('# HELP openhours_claims_total Claims\n');
  expect(await read()).toMatch(
    /^openhours_active_calls 2$[^]*^openhours_max_calls 4$[^]*^openhours_taking_calls 1$/m,
  );
  calls = 3;
  expect(await read()).toMatch(/^openhours_active_calls 3$[^]*^openhours_taking_calls 0$/m);
});
