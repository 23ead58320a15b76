import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';
import { STATUS } from '../config/defaults.ts';
import type { StatusSource } from './app.ts';
import { serveEvents } from './events.ts';

const AT = Date.parse('2026-11-23T04:00:00Z');
type Listener = Parameters<StatusSource['onMove']>[0];

/** Readers that a test opened. */
const opened: ReadableStreamDefaultReader<Uint8Array>[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((reader) => reader.cancel()));
});

function makeEvents() {
  const listeners: Listener[] = [];
  const app = new Hono();
  serveEvents(app, {
    state: () => 'open',
    onMove: (listener) => void listeners.push(listener),
    nowMs: () => AT,
  });
  const move: Listener = (to, from, reason) => listeners.forEach((tell) => tell(to, from, reason));
  return { app, move };
}

/** Listens; `next` gives the next event, as it stands on the wire. */
async function listen(app: Hono) {
  const response = await app.request('/events');
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  opened.push(reader);
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  return { response, next, cancel: () => reader.cancel() };
}

test('whoever listens hears the state first, and then every move', async () => {
  const { app, move } = makeEvents();
  const { response, next } = await listen(app);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(await next()).toBe('event: state\ndata: {"state":"open"}\n\n');
  move('draining', 'open', 'SIGTERM');
  expect(await next()).toBe(
    'event: move\ndata: {"from":"open","to":"draining","reason":"SIGTERM","at":"2026-11-23T04:00:00.000Z"}\n\n',
  );
  move('closed', 'draining', 'no call is left');
  expect(await next()).toContain('"to":"closed"');
});

test('all listeners hear it', async () => {
  const { app, move } = makeEvents();
  const listeners = [await listen(app), await listen(app)];
  for (const { next } of listeners) await next();
  move('draining', 'open', 'SIGTERM');
  for (const { next } of listeners) expect(await next()).toContain('"to":"draining"');
});

test('a ping comes now and then, so that a connection that is gone is noticed', async () => {
  vi.useFakeTimers();
  const { next } = await listen(makeEvents().app);
  await next();
  const ping = next();
  await vi.advanceTimersByTimeAsync(STATUS.pingMs);
  expect(await ping).toBe('event: ping\ndata: \n\n');
});

test('one too many is refused, until another has left', async () => {
  const { app } = makeEvents();
  const listeners = [];
  for (let count = 0; count < STATUS.listeners; count += 1) listeners.push(await listen(app));
  const refused = await app.request('/events');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toEqual({ error: 'too many listeners' });
  await listeners[0]?.next();
  await listeners[0]?.cancel();
  expect((await listen(app)).response.status).toBe(200);
});
