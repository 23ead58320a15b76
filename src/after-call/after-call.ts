import type { Hono } from 'hono';
import { findCalendarAppointment } from '../clinic/call-records.ts';
import type { Database } from '../clinic/database.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { AFTER_CALL } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { AfterCallMetrics } from '../status/metrics.ts';
import { CalendarLinks } from './calendar-link.ts';
import { serveCalendar } from './calendar-route.ts';
import type { Chores } from './chores.ts';

/** What a worker does once calls are over, from its first shift's duty to its exit. */
export class AfterCall {
  readonly metrics = new AfterCallMetrics();
  readonly #config: Config;
  readonly #db: Database;
  readonly #log: Logger;
  readonly #links: CalendarLinks;
  #chores: Promise<Chores | undefined> = Promise.resolve(undefined);

  constructor(config: Config, db: Database, log: Logger) {
    this.#config = config;
    this.#db = db;
    this.#log = log;
    this.#links = new CalendarLinks(config.livekit.apiSecret, config.publicUrl);
  }

  /** Serves the calendar files that messages link to. */
  serve(app: Hono): void {
    const find = (id: string) => findCalendarAppointment(this.#db, id);
    serveCalendar(app, { links: this.#links, find, log: this.#log, nowMs: Date.now });
  }

  /** Begins with the chores, once the database is known to have our schema. */
  begin(workerId: WorkerId): void {
    this.#chores = this.#start(workerId).catch((error: unknown) => {
      this.#log.error({ error }, 'what follows calls could not be started');
      return undefined;
    });
  }

  /** Ends them: at once when somebody waits for the exit, else after a last look. */
  async end(hurried: boolean): Promise<void> {
    await (await this.#chores)?.stop(hurried ? 0 : AFTER_CALL.lastLookMs);
  }

  async #start(workerId: WorkerId): Promise<Chores> {
    // Loaded only now: it needs the framework, which the start of the worker does not wait for.
    const { startAfterCall } = await import('./start.ts');
    return startAfterCall({
      config: this.#config,
      db: this.#db,
      workerId,
      links: this.#links,
      metrics: this.metrics,
      log: this.#log,
    });
  }
}
