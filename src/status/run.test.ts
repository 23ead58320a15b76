import fc from 'fast-check';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { describe, expect, test } from 'vitest';
import type { ClinicId, TaskId } from '../clinic/ids.ts';
import type { NewTask } from '../clinic/tasks.ts';
import { STATUS } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { type RunSource, serveRun } from './run.ts';

const TOKEN = 'an-invented-worker-token';
const ORDER = { type: 'call', clinic: 'invented-dental', to: '0300 5550123' };

function makeApp(overrides: Partial<RunSource> = {}) {
  const added: NewTask[] = [];
  const failures: unknown[] = [];
  const app = new Hono();
  app.use(bodyLimit({ maxSize: STATUS.bodyBytes }));
  serveRun(app, {
    token: TOKEN,
    findClinic: async (slug) =>
      slug === 'invented-dental' ? { id: 'clinic-invented' as ClinicId, country: 'PK' } : undefined,
    add: async (task) => {
      added.push(task);
      return { task_id: 'task-1' as TaskId, created: true };
    },
    failed: (error) => void failures.push(error),
    ...overrides,
  });
  const post = (body: unknown, authorization: string | undefined = `Bearer ${TOKEN}`) =>
    app.request('/run', {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { post, added, failures };
}

test('a call is put in, with its number as the clinic’s country writes it', async () => {
  const { post, added } = makeApp();
  const response = await post({
    ...ORDER,
    kind: 'reminder',
    note: 'bring the X-ray',
    priority: 5,
    earliest: '2026-11-24T10:00:00+05:00',
    latest: '2026-11-24T08:00:00Z',
    key: 'reminder-1',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ task_id: 'task-1', created: true });
  expect(added).toEqual([
    {
      clinicId: 'clinic-invented',
      kind: 'reminder',
      toNumber: '+923005550123',
      body: { note: 'bring the X-ray' },
      priority: 5,
      earliestAt: new Date('2026-11-24T05:00:00Z'),
      latestAt: new Date('2026-11-24T08:00:00Z'),
      key: 'reminder-1',
    },
  ]);
});

describe('who may ask', () => {
  test.each([
    undefined,
    '',
    'Bearer ',
    'Bearer another-invented-token',
    `Bearer ${TOKEN}x`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('not with the header %s', async (authorization) => {
    const { post, added } = makeApp();
    const response = await post(ORDER, authorization ?? '');
    expect(response.status).toBe(401);
    expect(added).toEqual([]);
  });

  test('nobody where the worker has no token', async () => {
    const { post } = makeApp({ token: undefined });
    expect((await post(ORDER, 'Bearer ')).status).toBe(503);
    expect((await post(ORDER)).status).toBe(503);
  });
});

describe('what cannot be is refused', () => {
  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['another type', { ...ORDER, type: 'text' }],
    ['no number', { ...ORDER, to: 'my neighbour' }],
    ['a number as a number', { ...ORDER, to: 923005550123 }],
    ['another kind', { ...ORDER, kind: 'message' }],
    ['a note that is too long', { ...ORDER, note: 'x'.repeat(1_001) }],
    ['a priority out of reach', { ...ORDER, priority: 101 }],
    ['a time without a zone', { ...ORDER, earliest: '2026-11-24T10:00:00' }],
    ['a time that does not exist', { ...ORDER, earliest: '2026-02-30T10:00:00Z' }],
    ['a slug that is none', { ...ORDER, clinic: "x'; drop table tasks" }],
    ['more than is known', { ...ORDER, attempts: 99 }],
  ])('%s', async (_, order) => {
    const { post, added } = makeApp();
    expect((await post(order)).status).toBe(400);
    expect(added).toEqual([]);
  });

  test('whatever is sent, nothing but a call to a number is put in', async () => {
    const { post, added } = makeApp();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        expect([400, 413]).toContain((await post(body)).status);
      }),
      { numRuns: 100 },
    );
    expect(added).toEqual([]);
  });

  test('a body that is too large, a clinic of somebody else’s, a window that is over', async () => {
    expect((await makeApp().post({ ...ORDER, note: 'x'.repeat(STATUS.bodyBytes) })).status).toBe(413);
    expect((await makeApp().post({ ...ORDER, clinic: 'another-clinic' })).status).toBe(404);
    const late = makeApp({ add: () => Promise.reject(new OpenhoursError('INPUT_INVALID', 'task_invalid')) });
    expect((await late.post(ORDER)).status).toBe(400);
    expect(late.failures).toEqual([]);
  });
});

test('a database that does not answer is told of, without what it said', async () => {
  const { post, failures } = makeApp({ add: () => Promise.reject(new Error('secret of the database')) });
  const response = await post(ORDER);
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('secret');
  expect(failures).toHaveLength(1);
});
