/**
 * Whether a worker keeps what it should have given back: many short calls, two at a time, against one worker.
 * `node dist/bench/soak.js [--calls 200] [--json]`. Ends with 1 when memory or handles grow.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { benchOptions } from './options.ts';
import { processTree } from './processes.ts';
import { percentile } from './statistics.ts';
import { Telephone } from './telephone.ts';

const { often: CALLS, json: JSON_ASKED } = benchOptions('calls', 200);
const EVERY = 20;
const PARALLEL = 2;
/** Memory may grow by this much a call: 200 calls a day for a week are then 70 MB. */
const FLAT_KIB = 50;
/** Handles may grow by this much a call: the limit of 1,024 is then a hundred thousand calls away. */
const FLAT_HANDLES = 0.01;
/** The first calls load what stays, and the collector lets the heap grow to its size: they are not judged. */
const WARM_UP = 20;
/** A slope needs at least this many samples after the warm-up. */
const LEAST_SAMPLES = 4;
/** For a call's processes to be gone, and the spare ones to be there; and for the rooms: LiveKit keeps one for 20 s. */
const SETTLE_MS = 12_000;
const ROOMS_MS = 30_000;

interface Sample {
  readonly calls: number;
  readonly rssMiB: number;
  readonly handles: number;
  readonly children: number;
  readonly rooms: number;
}

/** The worker itself: the process below its guard that runs it. */
function mainProcess(guard: number): number {
  const isMain = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/src/main.js');
  const main = processTree(guard).find((pid) => pid !== guard && isMain(pid));
  if (main === undefined) throw new Error('the worker is not running');
  return main;
}

async function sample(main: number, rooms: RoomServiceClient, calls: number): Promise<Sample> {
  const status = readFileSync(`/proc/${main}/status`, 'utf8');
  return {
    calls,
    rssMiB: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 102.4) / 10,
    handles: readdirSync(`/proc/${main}/fd`).length,
    children: processTree(main).length - 1,
    rooms: (await rooms.listRooms()).length,
  };
}

/** Dials, hears the greeting, says goodbye. Returns what went wrong, if anything did. */
async function oneCall(telephone: Telephone): Promise<string | undefined> {
  const caller = await telephone.dial();
  try {
    await caller.listen();
    await caller.say('No, thank you. Goodbye.');
    await caller.listen();
    await Promise.race([caller.ended, delay(5_000)]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^\S+: /, '') : String(error);
  } finally {
    await caller.hangUp();
  }
}

/** Waits until what the calls have used should be given back. */
async function settle(rooms: RoomServiceClient): Promise<void> {
  await delay(SETTLE_MS);
  const until = performance.now() + ROOMS_MS - SETTLE_MS;
  while (performance.now() < until && (await rooms.listRooms()).length > 0) await delay(1_000);
}

/** Growth per call, from the middle of all slopes between two samples (Theil and Sen): one outlier does not count. */
function slope(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const slopes = samples.flatMap((a, index) =>
    samples.slice(index + 1).map((b) => (value(b) - value(a)) / (b.calls - a.calls)),
  );
  return percentile(slopes, 0.5);
}

interface Result {
  readonly samples: Sample[];
  /** What went wrong, with how many calls. */
  readonly failures: Record<string, number>;
}

async function soak(telephone: Telephone): Promise<Result> {
  const worker = await telephone.startWorker('src/main.js', { MAX_CALLS: '4' });
  const { LIVEKIT_URL = '', LIVEKIT_API_KEY = '', LIVEKIT_API_SECRET = '' } = telephone.stack.env;
  const rooms = new RoomServiceClient(LIVEKIT_URL.replace('ws', 'http'), LIVEKIT_API_KEY, LIVEKIT_API_SECRET);
  const samples: Sample[] = [];
  const failures: Record<string, number> = {};
  try {
    const main = mainProcess(worker.pid);
    for (let done = 0; done <= CALLS; done += EVERY) {
      let begun = done === 0 ? 0 : EVERY;
      const line = async () => {
        while ((begun -= 1) >= 0) {
          const failure = await oneCall(telephone);
          if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, line));
      await settle(rooms);
      const now = await sample(main, rooms, done);
      samples.push(now);
      process.stderr.write(`${JSON.stringify({ ...now, failures })}\n`);
    }
  } finally {
    await worker.stop();
  }
  return { samples, failures };
}

/** Prints, and returns whether nothing grows. */
function report({ samples, failures }: Result): boolean {
  const judged = samples.filter(({ calls }) => calls >= WARM_UP);
  const kib = slope(judged, ({ rssMiB }) => rssMiB * 1_024);
  const handles = slope(judged, (one) => one.handles);
  const enough = judged.length >= LEAST_SAMPLES;
  const last = samples.at(-1);
  const flat =
    kib <= FLAT_KIB &&
    handles <= FLAT_HANDLES &&
    last?.children === samples[0]?.children &&
    last?.rooms === 0;
  const verdict = enough ? (flat ? 'flat' : 'GROWING') : 'too few calls to tell';
  const growth = { kibPerCall: Math.round(kib), handlesPerCall: handles };
  if (JSON_ASKED) {
    process.stdout.write(`${JSON.stringify({ calls: CALLS, verdict, ...growth, failures, samples })}\n`);
    return flat || !enough;
  }
  const row = (...cells: unknown[]) => `${cells.map((cell) => String(cell).padEnd(11)).join('')}\n`;
  process.stdout.write(row('calls', 'RSS MiB', 'handles', 'children', 'rooms'));
  for (const one of samples) {
    process.stdout.write(row(one.calls, one.rssMiB.toFixed(1), one.handles, one.children, one.rooms));
  }
  process.stdout.write(`${verdict}: ${growth.kibPerCall} KiB and ${handles.toFixed(3)} handles a call\n`);
  for (const [what, count] of Object.entries(failures)) process.stdout.write(`${count} calls: ${what}\n`);
  return flat || !enough;
}

const telephone = await Telephone.open();
let flat = false;
try {
  flat = report(await soak(telephone));
} finally {
  await telephone.close();
}
process.exit(flat ? 0 : 1);
