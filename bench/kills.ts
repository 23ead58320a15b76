/**
 * Whether a booking is made once, whenever its agent is killed: agents are killed (SIGKILL) at random moments between opening the call and
 * telling the caller, and others go on, against the real database. `node dist/bench/kills.js [--kills 100] [--json]`. Ends with 1 when a
 * booking is lost, made twice, or told wrongly.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../src/config/paths.ts';
import type { LocalDatabase } from '../src/local/database.ts';
import { withSqlClient } from '../src/local/sql-client.ts';
import { startTemporaryDatabase } from '../src/local/temporary-database.ts';
import { benchOptions } from './options.ts';

const { often: KILLS, json: JSON_ASKED } = benchOptions('kills', 100);
/** What an agent says on its way; a kill follows one of them, each as often as the others. */
const MOMENTS = ['begun', 'opened', 'offered', 'read back', 'agreed'];
/** … within this time, in which the next one comes. */
const SPAN_MS = 40;
/** Agents of one call that are killed, before one is left to finish. */
const MOST_PER_CALL = 3;

interface Agent {
  /** The last thing it said before it died. */
  readonly reached: string;
  readonly told: string | undefined;
  readonly killed: boolean;
}

async function runAgent(database: LocalDatabase, room: string, kill: boolean): Promise<Agent> {
  const child = spawn(process.execPath, [
    join(projectRoot(), 'dist/bench/booking-agent.js'),
    database.url,
    database.serviceRoleKey,
    room,
  ]);
  const lines: string[] = [];
  const moment = Math.floor(Math.random() * MOMENTS.length);
  child.stderr.pipe(process.stderr);
  const output = createInterface({ input: child.stdout });
  const reached = new Promise<void>((resolve) => {
    output.on('line', (line) => {
      lines.push(line);
      // One that goes on with a call has nothing to offer.
      if (MOMENTS.indexOf(line) >= moment) resolve();
    });
  });
  const closed = once(output, 'close');
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (kill) {
    await Promise.race([reached, exited]);
    await Promise.race([delay(Math.random() * SPAN_MS), exited]);
    child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  await closed;
  const told = lines.find((line) => line.startsWith('told '))?.slice(5);
  return { reached: lines.at(-1)?.replace(/ .*T.*/, '') ?? 'nothing', told, killed: signal === 'SIGKILL' };
}

const database = await startTemporaryDatabase();
const moments: Record<string, number> = {};
const problems: string[] = [];
let kills = 0;
let calls = 0;
try {
  while (kills < KILLS) {
    const room = `call-${calls}`;
    const told = new Set<string>();
    calls += 1;
    for (let agent = 0; ; agent += 1) {
      const one = await runAgent(database, room, agent < MOST_PER_CALL && kills < KILLS);
      if (one.told !== undefined) told.add(one.told);
      if (!one.killed) break;
      kills += 1;
      moments[one.reached] = (moments[one.reached] ?? 0) + 1;
    }
    const rows = await withSqlClient(database.dbUrl, async (client) => {
      const found = await client.query<{ starts_at: Date }>(
        `select a.starts_at from appointments a join calls c on c.id = a.call_id
         where c.room = $1 and a.status = 'booked'`,
        [room],
      );
      return found.rows.map(({ starts_at }) => starts_at.toISOString());
    });
    const said = [...told].map((instant) => new Date(instant).toISOString());
    if (rows.length !== 1) problems.push(`${room}: ${rows.length} appointments`);
    if (said.length !== 1 || said[0] !== rows[0])
      problems.push(`${room}: told ${said.join()}, stored ${rows.join()}`);
    if (calls % 10 === 0) process.stderr.write(`${kills} of ${KILLS} kills\n`);
  }
} finally {
  await database.stop();
}
const result = { kills, calls, killedAfter: moments, problems };
process.stdout.write(`${JSON.stringify(result, undefined, JSON_ASKED ? 0 : 1)}\n`);
process.exit(problems.length === 0 ? 0 : 1);
