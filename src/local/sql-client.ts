import pg from 'pg';

/** A connection to a database, with the role's password in its URL. */
export type SqlClient = pg.Client;

/** Lends a connection for the time of `use`, and closes it. Errors are those of `pg`. */
export async function withSqlClient<Result>(
  dbUrl: string,
  use: (client: SqlClient) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: dbUrl, connectionTimeoutMillis: 5_000 });
  // Without a listener the end of the server would end this process too; the query under way is refused all the same.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
