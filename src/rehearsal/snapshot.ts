import type { DataChange } from './scenario.ts';
import type { Row } from './matching.ts';

/** Runs a statement as the tables' owner, with values for $1, $2, …; gives its rows. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Every row of every table: table to primary key to row. */
export type Snapshot = Map<string, Map<string, Row>>;

/** A table of the schema `public` and the columns of its primary key, which are none where it has no such key. */
export interface Table {
  readonly name: string;
  readonly key: readonly string[];
}

/** The tables there are; they stay the same while a rehearsal runs. */
export async function readTables(sql: Sql): Promise<Table[]> {
  const rows = await sql(`
    select c.relname as name, coalesce((
      select jsonb_agg(a.attname order by array_position(i.indkey::int[], a.attnum::int))
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
      where i.indrelid = c.oid and i.indisprimary), '[]') as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by 1`);
  return rows as unknown as Table[];
}

/** Reads every table in one statement, so that all rows are of one moment. */
export async function readSnapshot(sql: Sql, tables: readonly Table[]): Promise<Snapshot> {
  const snapshot: Snapshot = new Map(tables.map(({ name }) => [name, new Map<string, Row>()]));
  const selects = tables.map(
    ({ name }) => `select '${name}' as name, to_jsonb(t) as row from public."${name}" t`,
  );
  for (const { name, row } of await sql(selects.join(' union all '))) {
    const table = tables.find((one) => one.name === name);
    if (table !== undefined) snapshot.get(table.name)?.set(keyOf(table, row as Row), row as Row);
  }
  return snapshot;
}

/** Rows without a primary key are known by all they hold. */
function keyOf({ key }: Table, row: Row): string {
  return JSON.stringify(key.length === 0 ? row : key.map((column) => row[column]));
}

/**
 * Makes a change of the data, and puts it into the given snapshot too: it is not the agent's doing.
 * @throws whatever the database does with a change it refuses.
 */
export async function applyChange(
  sql: Sql,
  change: DataChange,
  tables: readonly Table[] = [],
  snapshot?: Snapshot,
): Promise<void> {
  const { text, values } = statementOf(change);
  const name = 'insert' in change ? change.insert : 'update' in change ? change.update : change.delete;
  const rows = await sql(text, values);
  const table = tables.find((one) => one.name === name);
  if (table === undefined) return;
  for (const { row } of rows) {
    const key = keyOf(table, row as Row);
    if ('delete' in change) snapshot?.get(name)?.delete(key);
    else snapshot?.get(name)?.set(key, row as Row);
  }
}

/** The statement of a change; names are checked by the scenario's schema, values go as parameters. */
export function statementOf(change: DataChange): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => {
    values.push(isPlainObject(value) ? JSON.stringify(value) : value);
    return `$${values.length}`;
  };
  const condition = (where: Row): string => {
    const parts = Object.entries(where).map(([column, value]) =>
      value === null ? `${column} is null` : `${column} = ${parameter(value)}`,
    );
    return parts.length === 0 ? 'true' : parts.join(' and ');
  };
  const returning = 'returning to_jsonb(t) as row';
  if ('insert' in change) {
    const columns = Object.keys(change.row);
    const list = Object.values(change.row).map(parameter).join(', ');
    return {
      text: `insert into public.${change.insert} as t (${columns.join(', ')}) values (${list}) ${returning}`,
      values,
    };
  }
  if ('update' in change) {
    const set = Object.entries(change.set).map(([column, value]) => `${column} = ${parameter(value)}`);
    return {
      text: `update public.${change.update} t set ${set.join(', ')} where ${condition(change.where)} ${returning}`,
      values,
    };
  }
  return {
    text: `delete from public.${change.delete} t where ${condition(change.where)} ${returning}`,
    values,
  };
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
