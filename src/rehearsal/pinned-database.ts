import type { Database } from '../clinic/database.ts';
import type { Fault } from './scenario.ts';

type DatabaseFault = Extract<Fault, { at: 'database' }>;

/** Which SQL functions take the present as an argument, but for those whose times are compared with the database's own clock. */
export const CLOCKED_FUNCTIONS_SQL = `
  select distinct p.proname as name from pg_proc p
  where p.pronamespace = 'public'::regnamespace and 'p_now' = any (p.proargnames)
    and p.proname not in ('answer_call', 'close_call') order by 1`;

/** How the database of a rehearsal differs from the real one. */
export interface Pin {
  readonly nowMs: () => number;
  /** The names of {@link CLOCKED_FUNCTIONS_SQL}. */
  readonly clocked: ReadonlySet<string>;
  readonly faults: readonly DatabaseFault[];
}

/** A database whose functions see the rehearsal's clock, whoever calls them, and fail as the scenario wants it. */
export function pinDatabase(db: Database, { nowMs, clocked, faults }: Pin): Database {
  const waiting = faults.map((fault) => ({ fault, seen: 0 }));
  const rpc = (name: string, args: Record<string, unknown> = {}, ...rest: unknown[]): unknown => {
    const failing = waiting
      .filter(({ fault }) => fault.function === name)
      .map((one) => ({ one, at: one.seen++ }));
    const hit = failing.find(
      ({ one, at }) => at >= one.fault.after && at < one.fault.after + one.fault.times,
    );
    if (hit !== undefined) return Promise.resolve(failure(hit.one.fault));
    const now = clocked.has(name) && !('p_now' in args) ? { p_now: new Date(nowMs()).toISOString() } : {};
    return (db.rpc as (...all: unknown[]) => unknown).call(db, name, { ...args, ...now }, ...rest);
  };
  return new Proxy(db, {
    get(target, property) {
      if (property === 'rpc') return rpc;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** As the client reports it. */
function failure({ how }: DatabaseFault): unknown {
  const message = how === 'unreachable' ? 'TypeError: fetch failed' : 'a failure that was asked for';
  const error = { message, code: how === 'unreachable' ? '' : 'XX000', details: null, hint: null };
  return { data: null, error, status: how === 'unreachable' ? 0 : 500 };
}
