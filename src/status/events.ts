import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { STATUS } from '../config/defaults.ts';
import type { StatusSource } from './app.ts';

/**
 * `GET /events`: server-sent events, the state at once (`state`) and then every move of the shift (`move`), with a `ping` in between, so that
 * whoever listens notices a connection that is gone. No caller's data passes here.
 */
export function serveEvents(app: Hono, source: Pick<StatusSource, 'state' | 'onMove' | 'nowMs'>): void {
  const listeners = new Set<(data: Record<string, unknown>) => void>();
  source.onMove((to, from, reason) => {
    for (const tell of listeners) tell({ from, to, reason, at: new Date(source.nowMs()).toISOString() });
  });
  app.get('/events', (c) => {
    if (listeners.size >= STATUS.listeners) return c.json({ error: 'too many listeners' }, 503);
    return streamSSE(c, async (stream) => {
      const tell = (data: Record<string, unknown>) =>
        void stream.writeSSE({ event: 'move', data: JSON.stringify(data) });
      listeners.add(tell);
      stream.onAbort(() => void listeners.delete(tell));
      await stream.writeSSE({ event: 'state', data: JSON.stringify({ state: source.state() }) });
      while (!stream.aborted) {
        await stream.sleep(STATUS.pingMs);
        await stream.writeSSE({ event: 'ping', data: '' });
      }
      listeners.delete(tell);
    });
  });
}
