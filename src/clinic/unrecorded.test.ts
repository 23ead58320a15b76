import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallGivenUp } from './calls.ts';
import { Unrecorded } from './unrecorded.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openhours-unrecorded-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const call = (room: string, overrides: Partial<CallGivenUp> = {}): CallGivenUp => ({
  room,
  dialledNumber: '+922135550100',
  clinicSlug: undefined,
  callerNumber: '+923005550123',
  workerId: 'worker-1',
  outcome: 'callback_owed',
  reason: 'database_gone',
  ...overrides,
});

/** Brings home everything into a list. */
async function home(unrecorded: Unrecorded): Promise<CallGivenUp[]> {
  const recorded: CallGivenUp[] = [];
  await unrecorded.bringHome(async (given) => void recorded.push(given));
  return recorded;
}

describe('outcomes that the database would not take', () => {
  test('are brought home once, in order, also by another process', async () => {
    const unrecorded = new Unrecorded(join(folder, 'not', 'there', 'yet'));
    await unrecorded.add(call('call-1'));
    await unrecorded.add(call('call-2', { callerNumber: undefined, clinicSlug: 'invented' }));
    const other = new Unrecorded(join(folder, 'not', 'there', 'yet'));
    expect(await home(other)).toMatchObject([
      { room: 'call-1', callerNumber: '+923005550123', outcome: 'callback_owed', reason: 'database_gone' },
      { room: 'call-2', clinicSlug: 'invented' },
    ]);
    expect(await home(unrecorded)).toEqual([]);
    expect(await readdir(join(folder, 'not', 'there', 'yet'))).toEqual([]);
  });

  test('are kept when they still cannot be recorded, and only those', async () => {
    const unrecorded = new Unrecorded(folder);
    for (const room of ['call-1', 'call-2', 'call-3']) await unrecorded.add(call(room));
    const recorded = await unrecorded.bringHome(async ({ room }) => {
      if (room !== 'call-2') throw new Error('still gone');
    });
    expect(recorded).toBe(1);
    expect((await home(unrecorded)).map(({ room }) => room)).toEqual(['call-1', 'call-3']);
  });

  test('are not lost when one is added while others are being brought home', async () => {
    const unrecorded = new Unrecorded(folder);
    await unrecorded.add(call('call-1'));
    expect(await unrecorded.bringHome(() => unrecorded.add(call('call-2')))).toBe(1);
    expect((await home(unrecorded)).map(({ room }) => room)).toEqual(['call-2']);
  });

  test('can be read by the owner alone: telephone numbers stand in them', async () => {
    await new Unrecorded(folder).add(call('call-1'));
    const [file = ''] = await readdir(folder);
    expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
  });

  test('are nothing most of the time', async () => {
    expect(await home(new Unrecorded(join(folder, 'nowhere')))).toEqual([]);
  });

  test('are left out when a crash has cut them, and the rest is brought home', async () => {
    const unrecorded = new Unrecorded(folder);
    await unrecorded.add(call('call-1'));
    const [file = ''] = await readdir(folder);
    const text = await readFile(join(folder, file), 'utf8');
    const wrong = JSON.stringify({ ...call('call-0'), outcome: 'lovely' });
    await writeFile(join(folder, file), `${text.slice(0, 40)}\n${wrong}\n${text}`);
    expect((await home(unrecorded)).map(({ room }) => room)).toEqual(['call-1']);
  });
});
