import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { STATUS } from '../config/defaults.ts';
import type { ShiftState } from '../lifecycle/state.ts';
import { serveEvents } from './events.ts';
import { callGauges } from './call-gauges.ts';
import { type RunSource, serveRun } from './run.ts';

/** What `/hello` tells a registry about this worker. */
export type WorkerStatus = 'starting' | 'available' | 'full' | 'draining' | 'stopped';

/** What the status server asks of the shift, at each request. */
export interface StatusSource {
  readonly workerId: () => string;
  readonly state: () => ShiftState;
  /** Registered with LiveKit and taking calls. */
  readonly ready: () => boolean;
  readonly activeCalls: () => number;
  readonly totalCalls: () => number;
  readonly maxCalls: number;
  /** The shift's plan, once there is one. */
  readonly plan: () => Record<string, unknown> | undefined;
  /** Calls back after every move of the shift's state. */
  readonly onMove: (listener: (to: ShiftState, from: ShiftState, reason: string) => void) => void;
  readonly startedAt: number;
  readonly nowMs: () => number;
  /** In Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  /** Who may put something in, and where it goes. */
  readonly run: RunSource;
}

/** The worker's HTTP: probes and introduction, in which no caller's data passes, and what is put in for the workers to do. */
export function createStatusApp(source: StatusSource): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: STATUS.bodyBytes }));
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/ready', (c) =>
    source.ready() ? c.json({ ready: true }) : c.json({ ready: false, state: source.state() }, 503),
  );
  app.get('/hello', (c) =>
    c.json({
      status: workerStatus(source),
      workerId: source.workerId(),
      uptime: Math.round((source.nowMs() - source.startedAt) / 1_000),
      activeTasks: source.activeCalls(),
      totalTasksExecuted: source.totalCalls(),
      state: source.state(),
      shift: {
        maxCalls: source.maxCalls,
        startedAt: new Date(source.startedAt).toISOString(),
        ...source.plan(),
      },
      services: ['voice'],
    }),
  );
  const gauges = callGauges(source);
  app.get('/metrics', async (c) =>
    c.body(`${await source.metrics()}${await gauges.metrics()}`, 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    }),
  );
  serveEvents(app, source);
  serveRun(app, source.run);
  return app;
}

/** The one word for a worker's state that registries know. */
export function workerStatus(source: Pick<StatusSource, 'state' | 'activeCalls' | 'maxCalls'>): WorkerStatus {
  const state = source.state();
  switch (state) {
    case 'starting':
    case 'standby':
      return 'starting';
    case 'open':
      return source.activeCalls() >= source.maxCalls ? 'full' : 'available';
    case 'draining':
      return 'draining';
    case 'closed':
    case 'failed':
      return 'stopped';
    default:
      return state satisfies never;
  }
}
