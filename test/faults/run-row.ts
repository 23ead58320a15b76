import { setTimeout as delay } from 'node:timers/promises';
import type { TransferRecord } from '../../src/local/livekit-front-transfers.ts';
import { type Sound, heardSounds, longestOwedSilence } from '../../src/rehearsal/owed-silence.ts';
import type { Caller } from '../../src/rehearsal/caller.ts';
import { type CallRow, untilTrue } from '../support/stack.ts';
import { type Moment, PatientCaller } from './patient-caller.ts';
import type { FaultRow } from './row.ts';
import type { Scene } from './scene.ts';

/** What came of one run of a row. */
export interface RowResult {
  readonly name: string;
  /** After the fault, as the ledger has it; of the first call. */
  readonly heard: readonly string[];
  /** `outcome: reason` of each call. */
  readonly outcomes: readonly string[];
  /** The longest of all calls, in ms. */
  readonly silenceMs: number;
  readonly ringingMs: number;
  readonly bookings: number;
  readonly tasks: number;
  /** Of the worker that was told to end: its code, and ms since it was told. */
  readonly exit: { readonly code: number; readonly ms: number } | undefined;
  /** What is not as it should be; empty for a good run. */
  readonly problems: readonly string[];
}

/** A call goes on this long at most; then the caller hangs up. */
const CALL_LIMIT_MS = 120_000;
const RINGING_LIMIT_MS = 60_000;
/** Until an outcome is on record, with everything well again: the last rows, a look-out's retries, and a lease that runs out. */
const OUTCOME_MS = 40_000;
const ROOMS_MS = 35_000;
const RINGTONE_POLL_MS = 150;

let dialled = 0;

/** Plays one row: fleet, call, fault, and what came of it. Rejects only when the row could not be played. */
export async function runRow(scene: Scene, row: FaultRow): Promise<RowResult> {
  await prepare(scene, row);
  const strike = new Strike(scene, row);
  try {
    await strike.at('before the call');
    const { callers, talks } = await placeCalls(scene, row, strike);
    const tones = listenForRinging(scene, callers);
    await Promise.all(talks);
    tones.stop();
    await strike.done;
    await scene.heal();
    return await collect(scene, row, strike, callers, tones.sounds);
  } finally {
    await scene.heal();
    for (const worker of scene.fleet.running) if (row.fleet?.env) worker.tainted = true;
    if (row.setUp !== undefined) await undoSetUp(scene);
  }
}

/** Applies the fault at its moment, once. */
class Strike {
  struckAt: number | undefined;
  done: Promise<void> = Promise.resolve();
  problem: string | undefined;
  readonly #scene: Scene;
  readonly #row: FaultRow;

  constructor(scene: Scene, row: FaultRow) {
    this.#scene = scene;
    this.#row = row;
  }

  readonly at = async (moment: Moment): Promise<void> => {
    if (moment !== this.#row.when || this.struckAt !== undefined) return;
    this.struckAt = performance.now();
    this.done = this.#row.apply(this.#scene).catch((error: unknown) => {
      this.problem = `the fault could not be applied: ${String(error)}`;
    });
    await this.done;
    const { hangUpAfterMs } = this.#row;
    if (hangUpAfterMs !== undefined) this.#scene.later(hangUpAfterMs, async () => this.#scene.lead?.hangUp());
  };
}

async function prepare(scene: Scene, row: FaultRow): Promise<void> {
  const { test, fleet } = scene;
  scene.lead = undefined;
  scene.terminated = undefined;
  const clear = () => test.sql('delete from shift_leases; delete from workers');
  if (row.setUp !== undefined) {
    await fleet.stop();
    await row.setUp(scene);
  }
  const started = await fleet.ensure(row.fleet ?? { workers: 1 }, clear);
  if (started && fleet.running.length > 0) await scene.audioPrepared();
  const [worker] = fleet.running;
  if (row.dialAtAgeMs !== undefined && worker !== undefined) {
    await delay(Math.max(0, worker.startedAt + row.dialAtAgeMs - performance.now()));
  }
}

async function undoSetUp({ test, fleet }: Scene): Promise<void> {
  await fleet.stop();
  await test.stack.database.reset();
  await test.sql("update clinics set max_workers = 4 where slug = 'karachi-smiles'");
}

/** The first call, at whose moment the fault strikes, comes last: the others are in progress by then. */
async function placeCalls(
  scene: Scene,
  row: FaultRow,
  strike: Strike,
): Promise<{ callers: PatientCaller[]; talks: Promise<void>[] }> {
  const callers: PatientCaller[] = [];
  const talks: Promise<void>[] = [];
  for (let left = (row.calls ?? 1) - 1; left >= 0; left -= 1) {
    dialled += 1;
    const caller = await scene.test.dial({
      url: scene.livekitUrl,
      from: `+92300555${String(1_000 + dialled).padStart(4, '0')}`,
      ringingTimeoutMs: RINGING_LIMIT_MS,
    });
    const lead = left === 0;
    const patient = new PatientCaller(scene.test, caller, lead ? strike.at : undefined, {
      byEar: row.byEar === true,
      // A machine of two cores cannot recognise what four people say.
      silent: !lead,
    });
    callers.unshift(patient);
    talks.unshift(patient.talk(CALL_LIMIT_MS));
    if (!lead) await caller.answered.catch(() => undefined);
    else scene.lead = caller;
  }
  void strike.at('while it rings');
  return { callers, talks };
}

/** While a transfer rings, the caller hears the ringing: the stand-in plays none. */
function listenForRinging(scene: Scene, callers: readonly PatientCaller[]) {
  const sounds = new Map<string, { startedAt: number; endedAt: number; by: 'ringing' }[]>();
  const known = new Set(callers.map(({ caller }) => caller.call.room));
  const look = async () => {
    const url = `${scene.test.stack.control.livekit ?? ''}/_transfers`;
    const records = (await (await fetch(url)).json()) as TransferRecord[];
    const now = performance.now();
    for (const { room, at, outcome } of records) {
      if (!known.has(room)) continue;
      const startedAt = at - performance.timeOrigin;
      const list = sounds.get(room) ?? [];
      sounds.set(room, list);
      const same = list.find((sound) => Math.abs(sound.startedAt - startedAt) < 1);
      if (same === undefined) list.push({ startedAt, endedAt: now, by: 'ringing' });
      else if (outcome === 'ringing') same.endedAt = now;
    }
  };
  const timer = setInterval(() => void look().catch(() => undefined), RINGTONE_POLL_MS);
  return { sounds: sounds as ReadonlyMap<string, readonly Sound[]>, stop: () => clearInterval(timer) };
}

async function collect(
  scene: Scene,
  row: FaultRow,
  strike: Strike,
  callers: readonly PatientCaller[],
  tones: ReadonlyMap<string, readonly Sound[]>,
): Promise<RowResult> {
  const problems: string[] = strike.problem === undefined ? [] : [strike.problem];
  if (strike.struckAt === undefined) problems.push(`the call never came to the moment: ${row.when}`);
  const struckAt = strike.struckAt ?? 0;
  const ended = await Promise.all(callers.map(({ caller }) => outcomeOf(scene, caller)));
  await Promise.all(callers.map((caller) => caller.readRest()));
  const silences = await Promise.all(
    callers.map((caller) => silenceOf(caller, struckAt, tones.get(caller.caller.call.room) ?? [])),
  );
  const rooms = callers.map(({ caller }) => caller.call.room);
  const counts = await countRows(scene, rooms);
  const result = {
    name: row.name,
    heard: await heardAfter(row, callers[0], struckAt),
    outcomes: ended.map((call) => (call === undefined ? 'none' : `${call.outcome}: ${call.reason}`)),
    silenceMs: Math.max(...silences),
    ringingMs: Math.max(...callers.map(({ caller }) => ringing(caller))),
    bookings: counts.bookings,
    tasks: counts.tasks,
    exit: await exitOf(scene),
  };
  problems.push(...judge(row, result, ended, callers));
  problems.push(...(await leftOver(scene, rooms)));
  await clearAway(scene, rooms);
  return { ...result, problems };
}

async function heardAfter(
  { expect }: FaultRow,
  caller: PatientCaller | undefined,
  struckAt: number,
): Promise<string[]> {
  const heard = (caller?.heard ?? []).filter(({ at }) => at > struckAt).map(({ text }) => text);
  if (caller === undefined || expect.heard === undefined || expect.heard.test(heard.join(' '))) return heard;
  return [...heard, `(by ear) ${await caller.byEar(struckAt)}`];
}

async function outcomeOf(scene: Scene, caller: Caller): Promise<CallRow | undefined> {
  const closed = async () => {
    const found = await scene.test.callRow(caller);
    return found?.outcome == null ? undefined : found;
  };
  return await untilTrue(closed, OUTCOME_MS, 'the call has an outcome').catch(() => undefined);
}

const ringing = ({ measurements: { joinAt, answeredAt } }: Caller) =>
  Math.round((answeredAt ?? performance.now()) - joinAt);

async function silenceOf(
  { caller, nudges }: PatientCaller,
  struckAt: number,
  tones: readonly Sound[],
): Promise<number> {
  const { at: endedAt } = await caller.ended;
  const { answeredAt, turns } = caller.measurements;
  if (answeredAt === undefined) return 0;
  const from = Math.max(struckAt, answeredAt);
  const said = turns.map(({ startedAt, endedAt: until }): Sound => {
    const asked = nudges.some((nudge) => nudge < startedAt && startedAt - nudge < 3_000);
    return { startedAt, endedAt: until, by: asked ? 'nudge' : 'caller' };
  });
  return longestOwedSilence([...heardSounds(caller, from, endedAt), ...said, ...tones], from, endedAt);
}

async function countRows(
  scene: Scene,
  rooms: readonly string[],
): Promise<{ bookings: number; tasks: number }> {
  const count = async (table: string, where: string) => {
    const [found] = await scene.test.sql<{ n: number }>(
      `select count(*)::int n from ${table} t join calls c on c.id = t.call_id where c.room = any ($1) ${where}`,
      [rooms],
    );
    return found?.n ?? 0;
  };
  return {
    bookings: await count('appointments', "and t.status = 'booked'"),
    tasks: await count('tasks', "and t.status = 'open'"),
  };
}

async function exitOf({ terminated }: Scene): Promise<RowResult['exit']> {
  if (terminated === undefined) return undefined;
  const { worker, at } = terminated;
  await Promise.race([worker.process.child.exited, delay(20_000)]);
  return worker.exit && { code: worker.exit.code, ms: Math.round(worker.exit.at - at) };
}

function judge(
  { expect, calls = 1 }: FaultRow,
  result: Omit<RowResult, 'problems'>,
  ended: readonly (CallRow | undefined)[],
  callers: readonly PatientCaller[],
): string[] {
  const problems: string[] = [];
  for (const call of ended) {
    if (call === undefined) problems.push('a call has no outcome');
    else if (!expect.outcomes.some((outcome) => outcome === call.outcome)) {
      problems.push(
        `outcome ${call.outcome ?? ''} (${call.reason ?? ''}), not ${expect.outcomes.join(' or ')}`,
      );
    }
  }
  if (result.silenceMs > expect.maxSilenceMs) {
    problems.push(`silent for ${result.silenceMs} ms, more than ${expect.maxSilenceMs}`);
  }
  // A call that may come to several ends is booked where it was promised.
  const promised = callers.filter(({ heard }) =>
    heard.some(({ text }) => /you're booked/i.test(text)),
  ).length;
  const wanted = expect.bookings ?? (expect.outcomes.length > 1 ? promised : expect.goesOn ? calls : 0);
  if (result.bookings !== wanted) problems.push(`${result.bookings} bookings, not ${wanted}`);
  if (result.bookings < promised) problems.push('a booking was promised and lost');
  if (expect.heard !== undefined && !expect.heard.test(result.heard.join(' '))) {
    problems.push(`nothing was heard like ${expect.heard}`);
  }
  const owed = ended.filter(
    (call) => call?.outcome === 'callback_owed' || call?.reason === 'message_taken',
  ).length;
  if (result.tasks !== owed) problems.push(`${result.tasks} tasks for ${owed} callbacks and messages`);
  const { exit } = result;
  if (expect.exitMs !== undefined && (exit?.code !== 0 || exit.ms > expect.exitMs)) {
    problems.push(exit === undefined ? 'the worker did not end' : `exit ${exit.code} after ${exit.ms} ms`);
  }
  return problems;
}

/** What these calls must not leave: rooms, open rows, places taken, processes of dead workers. */
async function leftOver({ test, fleet }: Scene, rooms: string[]): Promise<string[]> {
  const checks: readonly (readonly [string, number, () => Promise<boolean>])[] = [
    ['a room is left', ROOMS_MS, async () => (await test.rooms.listRooms(rooms)).length === 0],
    [
      'a worker believes to have a call',
      15_000,
      async () => {
        const active = await Promise.all(fleet.running.map(({ process }) => activeCalls(process.url)));
        return active.every((count) => count === 0);
      },
    ],
    ['a process of a dead worker is left', 20_000, async () => fleet.leftBehind() === 0],
  ];
  const problems: string[] = [];
  for (const [what, limitMs, isWell] of checks) {
    await untilTrue(isWell, limitMs, what).catch(() => problems.push(what));
  }
  return problems;
}

/** So that the next row begins with nothing: its time is free again, and no worker finds this row's calls. */
async function clearAway({ test }: Scene, rooms: readonly string[]): Promise<void> {
  await test.sql('delete from appointments where call_id in (select id from calls where room = any ($1))', [
    rooms,
  ]);
  await test.sql(
    "update calls set outcome = 'failed', reason = 'left_open', ended_at = now() where room = any ($1) and outcome is null",
    [rooms],
  );
}

async function activeCalls(url: string): Promise<number> {
  const hello = await fetch(`${url}/hello`).then(
    (response) => response.json() as Promise<{ activeTasks: number }>,
    () => ({ activeTasks: 0 }), // a worker that ends has no call
  );
  return hello.activeTasks;
}
