import { SUPERUSER } from './postgres.ts';
import type { SqlClient } from './sql-client.ts';

/**
 * Makes a bare Postgres look to the migrations and to PostgREST like a hosted Supabase project: its roles, its schemas and the `auth`
 * functions that policies use. It grants nothing on tables: a new hosted project does not either, and so a forgotten GRANT shows here.
 * Runs once, as the superuser; afterwards it does nothing.
 */
export async function bootstrapDatabase(client: SqlClient, password: string): Promise<void> {
  const { rowCount } = await client.query(`select from pg_roles where rolname = 'authenticator'`);
  if (rowCount !== 0) return;
  await client.query(`begin; ${bootstrapSql(client.escapeLiteral(password))} commit;`);
}

/**
 * Makes a database that is a copy of the database `postgres`, rows included. Roles are the server's, and so common to both. `client` is the
 * superuser's, with a third database, and nobody may have a session with the one that is copied.
 */
export async function copyDatabase(client: SqlClient, name: string): Promise<void> {
  await client.query(`create database ${name} template postgres owner postgres strategy file_copy`);
  await client.query(settingsSql(name));
}

/** Removes a database of {@link copyDatabase}, and ends the sessions it still has. */
export async function dropDatabase(client: SqlClient, name: string): Promise<void> {
  await client.query(`drop database ${name} with (force)`);
}

/** What stands beside a database and not in it: a copy goes without. */
const settingsSql = (name: string): string =>
  `alter database ${name} set search_path = "$user", public, extensions;`;

/** `password` is a quoted SQL literal. The time limits of the roles are the hosted ones. */
const bootstrapSql = (password: string): string => `
create role postgres login createdb createrole bypassrls password ${password};
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit password ${password};
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

alter database postgres owner to postgres;
${settingsSql('postgres')}

create schema extensions authorization postgres;
grant usage on schema extensions, public to anon, authenticated, service_role;

create schema auth authorization ${SUPERUSER};
grant usage on schema auth to postgres, anon, authenticated, service_role;
create function auth.jwt() returns jsonb language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create function auth.uid() returns uuid language sql stable as
  $$ select nullif(auth.jwt() ->> 'sub', '')::uuid $$;
create function auth.role() returns text language sql stable as
  $$ select auth.jwt() ->> 'role' $$;
`;
