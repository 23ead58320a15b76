import type { SupabaseClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../clinic/database.ts';
import { type LocalDatabase, startDatabase } from './database.ts';
import { applyMigrations, readMigrations } from './migrations.ts';
import { withSqlClient } from './sql-client.ts';
import { PROJECT_SCHEMA, makeTemporaryFolder } from './temporary-database.ts';

const SAMPLE_CLINIC = 'c1000000-0000-4000-8000-000000000001';
const OTHER_CLINIC = 'c2000000-0000-4000-8000-000000000002';

let folder: string;
let database: LocalDatabase;
const start = () =>
  startDatabase({
    stateDir: join(folder, 'state'),
    cacheDir: join(folder, 'cache'),
    logDir: join(folder, 'logs'),
    ...PROJECT_SCHEMA,
  });
const connect = (key: string): SupabaseClient => openDatabase({ url: database.url, serviceRoleKey: key });
const sign = (claims: Record<string, unknown>, secret = database.jwtSecret): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
const column = (sql: string): Promise<string[]> =>
  withSqlClient(database.dbUrl, async (client) =>
    (await client.query<[string]>({ text: sql, rowMode: 'array' })).rows.map(([value]) => value),
  );

beforeAll(async () => {
  folder = makeTemporaryFolder();
  database = await start();
});
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the processes', () => {
  test('a second start on the same folder is refused and names the process that holds it', async () => {
    await expect(start()).rejects.toMatchObject({
      code: 'LOCAL_PROCESS_FAILED',
      details: { pid: process.pid },
    });
  });

  test('rows survive a restart, and the keys stay the same', async () => {
    const { serviceRoleKey } = database;
    await connect(serviceRoleKey).from('calls').insert({ room: 'before-the-restart' }).throwOnError();
    await database.stop();
    database = await start();
    expect(database.serviceRoleKey).toBe(serviceRoleKey);
    const { data } = await connect(serviceRoleKey)
      .from('calls')
      .select('room')
      .eq('room', 'before-the-restart');
    expect(data).toHaveLength(1);
  });

  test('a Postgres killed with -9 starts again with every committed row', async () => {
    await connect(database.serviceRoleKey).from('calls').insert({ room: 'before-the-kill' }).throwOnError();
    const pidFile = join(folder, 'state', 'database', 'data', 'postmaster.pid');
    process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
    await database.stop();
    database = await start();
    const { data } = await connect(database.serviceRoleKey)
      .from('calls')
      .select('room')
      .eq('room', 'before-the-kill');
    expect(data).toHaveLength(1);
  });

  test('the secret can be read by its owner only', () => {
    expect(statSync(join(folder, 'state', 'database.secret')).mode & 0o777).toBe(0o600);
  });

  test('a reset empties the tables and brings the sample clinic back', async () => {
    const client = connect(database.serviceRoleKey);
    await client.from('clinics').update({ name: 'Changed' }).eq('id', SAMPLE_CLINIC).throwOnError();
    await client.from('calls').insert({ room: 'before-the-reset' }).throwOnError();
    await database.reset();
    expect((await client.from('calls').select('room')).data).toEqual([]);
    expect((await client.from('clinics').select('name')).data).toEqual([
      { name: 'Karachi Smiles Dental (sample)' },
    ]);
  });
});

test('a reset can leave the tables that a worker at work writes', async () => {
  const client = connect(database.serviceRoleKey);
  await client.from('calls').insert({ room: 'kept' }).throwOnError();
  await client.from('clinic_answers').delete().neq('question', '').throwOnError();
  await database.reset(['calls']);
  expect((await client.from('calls').select('room').eq('room', 'kept')).data).toHaveLength(1);
  expect((await client.from('clinic_answers').select('question')).data?.length).toBeGreaterThan(3);
  await database.reset();
});

describe('the migrations', () => {
  test('schema_version() tells the newest one, and the history records them all as the Supabase CLI does', async () => {
    const migrations = readMigrations(PROJECT_SCHEMA.migrationsDir);
    const { data } = await connect(database.serviceRoleKey).rpc('schema_version');
    expect(data).toBe(migrations.at(-1)?.version);
    expect(
      await column(`select version || '_' || name from supabase_migrations.schema_migrations order by 1`),
    ).toEqual(migrations.map(({ version, name }) => `${version}_${name}`));
  });

  test('one that was edited after it was applied is refused, with the remedy', async () => {
    const edited = readMigrations(PROJECT_SCHEMA.migrationsDir).map((migration, index) =>
      index === 0 ? { ...migration, sql: `${migration.sql}-- edited` } : migration,
    );
    const applying = withSqlClient(database.dbUrl, (client) =>
      applyMigrations(client, edited, () => undefined),
    );
    await expect(applying).rejects.toThrow(/was changed after .* --reset/);
  });
});

describe('the gateway', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${database.url}${path}`, { headers });

  test('a key signed with another secret is refused', async () => {
    const forged = await sign({ role: 'service_role' }, 'a-secret-that-is-not-ours-but-is-long-enough');
    const { status, error } = await connect(forged).from('clinics').select('id');
    expect(status).toBe(401);
    expect(error?.message).toMatch(/JWS/);
    expect((await get('/rest/v1/clinics', { apikey: forged })).status).toBe(401);
  });

  test('a request without a key is refused, and a key in apikey alone will do', async () => {
    expect((await get('/rest/v1/clinics')).status).toBe(401);
    expect((await get('/rest/v1/clinics', { apikey: database.serviceRoleKey })).status).toBe(200);
  });

  test('what it does not serve is said', async () => {
    expect((await get('/auth/v1/user', { apikey: database.anonKey })).status).toBe(404);
    expect((await get('/rest/v10/clinics', { apikey: database.anonKey })).status).toBe(404);
  });
});

describe('who sees what', () => {
  const tables = () => column(`select tablename::text from pg_tables where schemaname = 'public' order by 1`);

  beforeAll(async () => {
    await withSqlClient(database.dbUrl, (client) =>
      client.query(`
        insert into clinics (id, slug, name, time_zone, country)
          values ('${OTHER_CLINIC}', 'other', 'Other', 'Europe/Berlin', 'DE');
        insert into clinic_numbers values ('+4930555010', '${OTHER_CLINIC}');
        insert into clinic_hours values ('${OTHER_CLINIC}', 1, '08:00', '12:00');
        insert into clinic_answers (clinic_id, question, answer) values ('${OTHER_CLINIC}', 'q', 'a');
        with c as (insert into calls (clinic_id, room) select id, slug from clinics returning id, clinic_id),
          t as (insert into call_turns (call_id, index) select id, 0 from c),
          u as (insert into tool_runs (call_id, name) select id, 'tool' from c)
        insert into tasks (clinic_id, call_id, kind) select clinic_id, id, 'callback' from c;
      `),
    );
  });

  test('every table has row level security', async () => {
    const open = await column(
      `select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`,
    );
    expect(open).toEqual([]);
  });

  test('every foreign key can be followed by an index', async () => {
    const bare = await column(
      `select c.conrelid::regclass || '.' || a.attname from pg_constraint c
       join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
         select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`,
    );
    expect(bare).toEqual([]);
  });

  test('anon reads no table', async () => {
    const anon = connect(database.anonKey);
    for (const table of await tables()) {
      const { data, error } = await anon.from(table).select('*');
      expect({ table, data, code: error?.code }).toEqual({ table, data: null, code: '42501' });
    }
  });

  test('anon may call no function, a signed-in user only auth_clinic_id', async () => {
    const callable = (role: string) =>
      column(
        `select proname::text from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege('${role}', oid, 'execute')`,
      );
    expect(await callable('anon')).toEqual([]);
    expect(await callable('authenticated')).toEqual(['auth_clinic_id']);
  });

  test.each([
    ['its app_metadata', { app_metadata: { clinic_id: OTHER_CLINIC } }],
    ['its top level', { clinic_id: OTHER_CLINIC }],
  ])('a signed-in user sees the clinic that the token names in %s, and no other', async (_, claims) => {
    const user = connect(await sign({ role: 'authenticated', ...claims }));
    for (const table of await tables()) {
      const { data } = await user.from(table).select('*').throwOnError();
      for (const row of data as Record<string, unknown>[]) {
        expect([OTHER_CLINIC, undefined], table).toContain(row['clinic_id'] ?? undefined);
      }
    }
    for (const table of ['calls', 'call_turns', 'tool_runs', 'tasks', 'clinic_numbers', 'clinic_hours']) {
      expect((await user.from(table).select('*')).data, table).toHaveLength(1);
    }
    expect((await user.from('clinics').select('slug')).data).toEqual([{ slug: 'other' }]);
    expect((await user.from('practitioner_services').select('*')).data).toEqual([]);
  });

  test('a signed-in user without a clinic, or with nonsense for one, sees nothing and changes nothing', async () => {
    for (const claims of [{}, { clinic_id: 'x' }, { user_metadata: { clinic_id: OTHER_CLINIC } }]) {
      const user = connect(await sign({ role: 'authenticated', ...claims }));
      expect((await user.from('clinics').select('*')).data).toEqual([]);
    }
    const user = connect(await sign({ role: 'authenticated', clinic_id: OTHER_CLINIC }));
    expect((await user.from('clinics').update({ name: 'Mine' }).eq('id', OTHER_CLINIC)).error?.code).toBe(
      '42501',
    );
  });
});
