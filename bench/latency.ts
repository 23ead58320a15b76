/**
 * How long callers wait, ours against a bare @livekit/agents agent in the same run: the same server, the same stand-ins, calls in turn.
 * `node dist/bench/latency.js [--calls 10] [--json]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quietNativeLogs } from '../src/config/load.ts';
import { cacheDir, projectRoot } from '../src/config/paths.ts';
import { type GuardedChild, startGuarded } from '../src/local/child.ts';
import { withSqlClient } from '../src/local/sql-client.ts';
import { type Stack, startStack } from '../src/local/stack.ts';
import { type Voices, startVoices } from '../src/local/voice.ts';
import { startWorkerProcess } from '../src/local/worker-process.ts';
import { benchOptions } from './options.ts';
import { cpuMs, isAlive, memoryMiB, processTree } from './processes.ts';
import { summary } from './statistics.ts';

quietNativeLogs();
const { placeCall } = await import('../src/rehearsal/caller.ts');
const { disposeLines } = await import('../src/rehearsal/phone-line.ts');

const { often: CALLS, json: JSON_ASKED } = benchOptions('calls', 10);
const METRICS = {
  greetingFromRing: 'ring → greeting',
  greetingFromActive: 'connected → greeting',
  plain: 'plain turn',
  tool: 'tool turn',
  bargeIn: 'barge-in → silence',
  gone: 'hang-up → process gone',
  registered: 'start → registered',
  idleMiB: 'memory idle (MiB)',
  callMiB: 'memory per call (MiB)',
  cpu: 'CPU per call (ms)',
} as const;
type Metric = keyof typeof METRICS;
type Samples = Record<Metric, number[]>;

/** Where the milliseconds of our turns go. What overlaps another part (a reply prepared during the end of the turn) is in both. */
const PARTS = {
  endpointingMs: 'endpointing',
  recognitionMs: 'recognition',
  languageMs: 'language',
  toolMs: 'tool',
  speechMs: 'speech',
  transportMs: 'transport',
} as const;
type Part = keyof typeof PARTS;
const parts: Record<'plain' | 'tool', Record<Part, number[]>> = { plain: emptyParts(), tool: emptyParts() };

function emptyParts(): Record<Part, number[]> {
  return Object.fromEntries(Object.keys(PARTS).map((part) => [part, []])) as unknown as Record<
    Part,
    number[]
  >;
}

/** Asked in turn, two a call and the same of both: where an agent ends a turn hangs on the melody of the question. */
const QUESTIONS = [
  'Where can I park my car?',
  'Do you take insurance?',
  'How much is a check-up?',
  'How can I pay?',
  'Do you treat children?',
  'Where is the clinic?',
] as const;

/** An agent under test. */
interface Contestant {
  readonly name: string;
  readonly agentName: string;
  readonly samples: Samples;
  start: () => Promise<GuardedChild>;
  child?: GuardedChild;
}

const emptySamples = (): Samples =>
  Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, []])) as unknown as Samples;

async function startBare(stack: Stack, agentName: string): Promise<GuardedChild> {
  return await startGuarded({
    name: 'bare agent',
    command: process.execPath,
    args: [join(projectRoot(), 'dist/bench/bare-agent.js'), 'start'],
    env: { ...stack.env, NODE_ENV: 'production', LIVEKIT_AGENT_NAME: agentName },
    cwd: projectRoot(),
    logFile: join(stack.logDir, 'bare-agent.log'),
  });
}

async function untilLogged(file: string, text: string): Promise<void> {
  const { readFileSync } = await import('node:fs');
  while (!readFileSync(file, 'utf8').includes(text)) await delay(5);
}

function contestants(stack: Stack): Contestant[] {
  const env = { ...stack.env, NODE_ENV: 'production', LOG_LEVEL: 'info' };
  const ours: Contestant = {
    name: 'openhours',
    agentName: 'openhours',
    samples: emptySamples(),
    start: async () => {
      const worker = await startWorkerProcess({ root: projectRoot(), env, logDir: stack.logDir });
      ours.samples.registered.push(worker.startMs);
      return worker.child;
    },
  };
  const bare: Contestant = {
    name: 'bare',
    agentName: 'bare',
    samples: emptySamples(),
    start: async () => {
      const startedMs = performance.now();
      const child = await startBare(stack, 'bare');
      await untilLogged(child.logFile, 'registered worker');
      bare.samples.registered.push(performance.now() - startedMs);
      return child;
    },
  };
  return [ours, bare];
}

async function oneCall(stack: Stack, voices: Voices, contestant: Contestant, call: number): Promise<void> {
  const { samples } = contestant;
  const child = contestant.child as GuardedChild;
  const before = processTree(child.pid);
  const cpuBefore = cpuMs(before);
  const memoryBefore = memoryMiB(before);
  const caller = await placeCall({
    url: stack.env['LIVEKIT_URL'] ?? '',
    apiKey: stack.env['LIVEKIT_API_KEY'] ?? '',
    apiSecret: stack.env['LIVEKIT_API_SECRET'] ?? '',
    agentName: contestant.agentName,
    from: '+923005550999',
    to: '+922135550100',
    audio: 'wideband',
    synthesize: (text) => voices.synthesize(text, { voice: 'rms', sampleRate: 16_000 }),
  });
  try {
    await caller.answered;
    await caller.listen();
    const heard: (number | undefined)[] = [];
    for (const offset of [0, 1]) {
      await caller.say(QUESTIONS[(2 * call + offset) % QUESTIONS.length] ?? QUESTIONS[0]);
      heard.push((await caller.listen()).latencyMs);
      push(samples.plain, heard.at(-1));
    }
    await caller.say('I would like to book a cleaning.');
    heard.push((await caller.listen()).latencyMs);
    push(samples.tool, heard.at(-1));
    if (contestant.name === 'openhours') await readParts(stack, caller.call.room, heard);
    await delay(3_000); // the replacement process has been forked by now: memory stands still
    samples.callMiB.push(memoryMiB(processTree(child.pid)) - memoryBefore);
    await caller.say('What are your opening hours?');
    await caller.interrupt('Stop, please. Thank you.', { afterMs: 700 });
    await caller.listen().catch(() => undefined);
  } finally {
    const during = processTree(child.pid);
    samples.cpu.push(cpuMs(during) - cpuBefore);
    const candidates = before.filter((pid) => during.includes(pid));
    const hungUpAt = performance.now();
    await caller.hangUp();
    const { greetingMs, turns } = caller.measurements;
    push(samples.greetingFromRing, greetingMs.fromJoin);
    push(samples.greetingFromActive, greetingMs.fromActive);
    push(samples.bargeIn, turns.find(({ interrupting }) => interrupting)?.bargeInMs);
    while (candidates.every(isAlive) && performance.now() - hungUpAt < 20_000) await delay(10);
    samples.gone.push(performance.now() - hungUpAt);
  }
}

/** The parts of the first three turns, from our ledger; what they do not explain of what the caller heard is transport. */
async function readParts(stack: Stack, room: string, heard: readonly (number | undefined)[]): Promise<void> {
  await delay(1_500); // the rows are written once the sentence is over
  const rows = await withSqlClient(stack.database.dbUrl, async (client) => {
    const result = await client.query<{ latency_ms: number | null; parts: Partial<Record<Part, number>> }>(
      `select t.latency_ms, t.parts from call_turns t join calls c on c.id = t.call_id
       where c.room = $1 and t.index between 1 and 3 order by t.index`,
      [room],
    );
    return result.rows;
  });
  for (const [index, kind] of (['plain', 'plain', 'tool'] as const).entries()) {
    const row = rows[index];
    const ear = heard[index];
    if (row === undefined) continue;
    for (const part of Object.keys(PARTS) as Part[]) push(parts[kind][part], row.parts[part]);
    if (ear !== undefined && row.latency_ms !== null) parts[kind].transportMs.push(ear - row.latency_ms);
  }
}

function push(values: number[], value: number | undefined): void {
  if (value !== undefined) values.push(value);
}

function report(all: readonly Contestant[]): void {
  const [ours, bare] = all as [Contestant, Contestant];
  const rows = (Object.keys(METRICS) as Metric[]).map((metric) => {
    const a = summary(ours.samples[metric]);
    const b = summary(bare.samples[metric]);
    return { metric: METRICS[metric], openhours: a, bare: b, ratio: Number((a.p50 / b.p50).toFixed(2)) };
  });
  const where = (['plain', 'tool'] as const).map((kind) => ({
    turn: METRICS[kind],
    parts: Object.fromEntries(
      (Object.keys(PARTS) as Part[]).map((part) => [PARTS[part], summary(parts[kind][part])]),
    ),
  }));
  if (JSON_ASKED) {
    process.stdout.write(`${JSON.stringify({ calls: CALLS, rows, where })}\n`);
    return;
  }
  const cell = ({ p50, p95, n }: ReturnType<typeof summary>) => `${p50} / ${p95} (${n})`.padEnd(22);
  process.stdout.write(`${'p50 / p95 (n)'.padEnd(26)}${'openhours'.padEnd(22)}${'bare'.padEnd(22)}ratio\n`);
  for (const row of rows) {
    process.stdout.write(`${row.metric.padEnd(26)}${cell(row.openhours)}${cell(row.bare)}${row.ratio}\n`);
  }
  for (const { turn, parts: of } of where) {
    process.stdout.write(`\nwhere the ms of a ${turn} go, p50 / p95 (n)\n`);
    for (const [part, value] of Object.entries(of)) {
      if (value.n > 0) process.stdout.write(`  ${part.padEnd(24)}${cell(value)}\n`);
    }
  }
}

const stateDir = mkdtempSync(join(tmpdir(), 'openhours-bench-'));
const stack = await startStack({
  root: projectRoot(),
  stateDir,
  cacheDir: cacheDir(),
  environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
});
const voices = await startVoices();
const all = contestants(stack);
try {
  for (const contestant of all) {
    contestant.child = await contestant.start();
    await delay(6_000); // the idle process is warm
    contestant.samples.idleMiB.push(memoryMiB(processTree(contestant.child.pid)));
  }
  for (let call = 0; call < CALLS; call += 1) {
    for (const contestant of call % 2 === 0 ? all : all.toReversed()) {
      await oneCall(stack, voices, contestant, call);
      process.stderr.write(`call ${call + 1}/${CALLS}: ${contestant.name}\n`);
      await delay(1_000);
    }
  }
  report(all);
} finally {
  for (const contestant of all) await contestant.child?.stop();
  await voices.stop();
  await disposeLines();
  await stack.stop();
  rmSync(stateDir, { recursive: true, force: true });
}
process.exit(0);
