import { expect, test } from 'vitest';
import { openTestDatabase } from '../../test/support/test-database.ts';
import { openDatabase } from '../clinic/database.ts';
import { withSqlClient } from './sql-client.ts';

test('databases of one server see nothing of each other, and one ends without the other, whoever still has a session', async () => {
  const [one, other] = [await openTestDatabase(), await openTestDatabase()];
  try {
    await one.sql(`update clinics set name = 'Changed'`);
    const names = async (database: typeof one) =>
      (await openDatabase(database).from('clinics').select('name').throwOnError()).data;
    expect(await names(one)).toEqual([{ name: 'Changed' }]);
    expect(await names(other)).toEqual([{ name: 'Karachi Smiles Dental (sample)' }]);
    await withSqlClient(one.dbUrl, async (client) => {
      await one.stop();
      await expect(client.query('select 1')).rejects.toThrow();
    });
    expect(await other.sql('show search_path')).toEqual([{ search_path: '"$user", public, extensions' }]);
    await other.reset();
    expect(await names(other)).toHaveLength(1);
  } finally {
    await one.stop();
    await other.stop();
  }
});
