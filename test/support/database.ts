import type { Database } from '../../src/clinic/database.ts';

/** A call of a SQL function, as it reached the database. */
export interface FunctionCall {
  name: string;
  args: Record<string, unknown>;
}

/** What a SQL function of the fake does; throw a {@link SqlFailure} for an error of the database. */
export type SqlFunction = (args: Record<string, unknown>) => unknown;

/** An error as PostgREST gives it: `status` 0 is a database that did not answer. */
export class SqlFailure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(message: string, status: number, code = `PT${status}`) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A database in which only the given functions exist; `calls` has what was asked, in order. */
export function fakeDatabase(functions: Record<string, SqlFunction>): {
  db: Database;
  calls: FunctionCall[];
} {
  const calls: FunctionCall[] = [];
  const rpc = async (name: string, args: Record<string, unknown>) => {
    calls.push({ name, args });
    try {
      const run = functions[name];
      if (run === undefined) throw new SqlFailure(`no function ${name}`, 404, 'PGRST202');
      return { data: await run(args), error: null, status: 200 };
    } catch (error) {
      if (!(error instanceof SqlFailure)) throw error;
      const { message, status, code } = error;
      return { data: null, error: { message, code, details: null, hint: null }, status };
    }
  };
  // Of the whole Supabase client the code under test uses `rpc` alone.
  return { db: { rpc } as unknown as Database, calls };
}
