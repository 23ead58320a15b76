/**
 * A relay: each execution has 66 s, the next takes over from it, and callers keep ringing all the while.
 * `node dist/bench/relay.js [--relays 20] [--json]`. Ends with 1 when a call was not answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GuardedChild } from '../src/local/child.ts';
import { benchOptions } from './options.ts';
import { percentile } from './statistics.ts';
import { Telephone } from './telephone.ts';

const { often: RELAYS, json: JSON_ASKED } = benchOptions('relays', 20);
/** The shortest that a plan takes: 60 s of work, of which the last 30 take no calls, and 7.5 s before those the next one takes over. */
const TASK_TIMEOUT_S = '66';
/** The next execution is started so long before it takes over, as a schedule would. */
const LEAD_MS = 6_000;
const BETWEEN_CALLS_MS = 2_500;
const ANSWER_MS = 15_000;

interface Execution {
  readonly child: GuardedChild;
  readonly relayAt: number;
}

interface Answered {
  readonly greetingMs: number;
}

async function startExecution(telephone: Telephone, number: number): Promise<Execution> {
  const { child, url } = await telephone.startStandby('src/main.js', {
    TASK_TIMEOUT_S,
    CLOUD_RUN_EXECUTION: `relay-${number}`,
  });
  for (;;) {
    const hello = await fetch(`${url}/hello`).then(
      (response) => response.json() as Promise<{ shift: { relayAt?: string } }>,
      () => undefined,
    );
    const relayAt = Date.parse(hello?.shift.relayAt ?? '');
    if (Number.isFinite(relayAt)) return { child, relayAt };
    if (!child.running()) throw new Error(`execution ${number} ended with code ${await child.exited}`);
    await delay(50);
  }
}

/** Dials, hears the greeting, hangs up. */
async function ring(telephone: Telephone): Promise<Answered | undefined> {
  const caller = await telephone.dial();
  try {
    const heard = caller.listen().then(() => true);
    const inTime = await Promise.race([heard, delay(ANSWER_MS, false, { ref: false })]);
    const greetingMs = caller.measurements.greetingMs.fromJoin;
    return inTime && greetingMs !== undefined ? { greetingMs } : undefined;
  } catch {
    return undefined;
  } finally {
    await caller.hangUp();
  }
}

const telephone = await Telephone.open();
const answered: Answered[] = [];
const exits: number[] = [];
let refused = 0;
let over = false;
const callers = async () => {
  while (!over) {
    const call = await ring(telephone);
    if (call === undefined) refused += 1;
    else answered.push(call);
    await delay(BETWEEN_CALLS_MS);
  }
};
const running = new Set<GuardedChild>();
try {
  let current = await startExecution(telephone, 0);
  running.add(current.child);
  await telephone.registered();
  const calling = callers();
  for (let relay = 1; relay <= RELAYS; relay += 1) {
    await delay(Math.max(0, current.relayAt - LEAD_MS - Date.now()));
    const next = await startExecution(telephone, relay);
    running.add(next.child);
    const before = current;
    void before.child.exited.then((code) => {
      exits.push(code);
      running.delete(before.child);
    });
    current = next;
    process.stderr.write(`relay ${relay}/${RELAYS}: ${answered.length} answered, ${refused} not\n`);
  }
  await delay(Math.max(0, current.relayAt - Date.now()));
  over = true;
  await calling;
} finally {
  for (const child of running) await child.stop();
  await telephone.close();
}
const times = answered.map(({ greetingMs }) => greetingMs);
const result = {
  relays: RELAYS,
  answered: answered.length,
  refused,
  exits: Object.fromEntries(
    [...new Set(exits)].map((code) => [code, exits.filter((one) => one === code).length]),
  ),
  greetingMs: {
    p50: Math.round(percentile(times, 0.5)),
    max: Math.round(Math.max(...times)),
    n: times.length,
  },
};
process.stdout.write(`${JSON.stringify(result, undefined, JSON_ASKED ? 0 : 1)}\n`);
process.exit(refused === 0 && exits.every((code) => code === 0) ? 0 : 1);
