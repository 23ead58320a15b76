/**
 * What starting a process for the next call does to those in progress, with our rule and with the framework's, in turn:
 * `node dist/bench/forks.js [--runs 6] [--json]`. One call arrives while three are in progress; and four calls arrive at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../src/rehearsal/caller.ts';
import { benchOptions } from './options.ts';
import { percentile } from './statistics.ts';
import { Telephone } from './telephone.ts';

const { often: RUNS, json: JSON_ASKED } = benchOptions('runs', 6);
const RULES = { openhours: 'src/main.js', framework: 'bench/framework-forks.js' } as const;
type Rule = keyof typeof RULES;
const METRICS = {
  before: 'in progress, 12 s before: ms of sound lost per call',
  lost: 'in progress, 12 s from the arrival: ms of sound lost per call',
  lostEarly: '… of that in the first 5 s',
  late: 'in progress: frames over 60 ms late per call',
  holes: 'in progress: holes per call',
  greeting: 'arriving call: ring → greeting (ms)',
  newLost: 'arriving call, 12 s: ms of sound lost',
  burstFirst: 'four at once, first: ring → greeting (ms)',
  burstLast: 'four at once, last: ring → greeting (ms)',
  burstAll: 'four at once, each: ring → greeting (ms)',
  burstLost: 'four at once, 12 s: ms of sound lost per call',
  unanswered: 'calls without a greeting within 15 s (count in brackets)',
} as const;
type Metric = keyof typeof METRICS;
type Samples = Record<Metric, number[]>;

const WINDOW_MS = 12_000;
const EARLY_MS = 5_000;
/** A process is ready again after a call has been greeted, with either rule. */
const IDLE_MS = 5_000;
const QUESTIONS = [
  'What are your opening hours?',
  'Where can I park my car?',
  'Which insurances do you take?',
];

const emptySamples = (): Samples =>
  Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, []])) as unknown as Samples;

/** Asks one thing after the other, so that there is sound to be lost, until the call is over. */
async function keepTalking(caller: Caller): Promise<void> {
  try {
    for (let turn = 0; ; turn += 1) {
      await caller.say(QUESTIONS[turn % QUESTIONS.length] ?? '');
      await caller.listen().catch(() => undefined);
    }
  } catch {
    // it was hung up
  }
}

const loss = (caller: Caller) => {
  const { concealedMs, lateFrames, holes } = caller.measurements;
  return { concealedMs, lateFrames, holes };
};

function pushLoss(samples: Samples, metric: Metric, callers: readonly Caller[], before: number[]): void {
  for (const [index, caller] of callers.entries()) {
    samples[metric].push(loss(caller).concealedMs - (before[index] ?? 0));
  }
}

async function greeted(caller: Caller, samples: Samples): Promise<number> {
  await caller.listen().catch(() => samples.unanswered.push(1));
  return caller.measurements.greetingMs.fromJoin ?? Number.POSITIVE_INFINITY;
}

async function arrival(telephone: Telephone, samples: Samples): Promise<void> {
  const callers: Caller[] = [];
  const talks: Promise<void>[] = [];
  try {
    for (let call = 0; call < 3; call += 1) {
      const caller = await telephone.dial();
      callers.push(caller);
      await greeted(caller, samples);
      await delay(IDLE_MS);
      talks.push(keepTalking(caller));
    }
    const quiet = callers.map((caller) => loss(caller).concealedMs);
    await delay(WINDOW_MS);
    pushLoss(samples, 'before', callers, quiet);
    const start = callers.map(loss);
    const startMs = start.map(({ concealedMs }) => concealedMs);
    const early = delay(EARLY_MS).then(() => pushLoss(samples, 'lostEarly', callers, startMs));
    const over = delay(WINDOW_MS);
    const arriving = await telephone.dial();
    const arrivingGreeted = greeted(arriving, samples).then((ms) => samples.greeting.push(ms));
    await Promise.all([early, over, arrivingGreeted]);
    pushLoss(samples, 'lost', callers, startMs);
    pushLoss(samples, 'newLost', [arriving], [0]);
    for (const [index, caller] of callers.entries()) {
      samples.late.push(loss(caller).lateFrames - (start[index]?.lateFrames ?? 0));
      samples.holes.push(loss(caller).holes - (start[index]?.holes ?? 0));
    }
    callers.push(arriving);
  } finally {
    await Promise.all(callers.map((caller) => caller.hangUp()));
    await Promise.all(talks);
  }
}

async function burst(telephone: Telephone, samples: Samples): Promise<void> {
  const over = delay(WINDOW_MS);
  const callers = await Promise.all([1, 2, 3, 4].map(() => telephone.dial()));
  try {
    const times = await Promise.all(callers.map((caller) => greeted(caller, samples)));
    await over;
    times.sort((a, b) => a - b);
    samples.burstFirst.push(times[0] ?? NaN);
    samples.burstLast.push(times[3] ?? NaN);
    samples.burstAll.push(...times);
    pushLoss(samples, 'burstLost', callers, []);
  } finally {
    await Promise.all(callers.map((caller) => caller.hangUp()));
  }
}

async function oneRun(telephone: Telephone, rule: Rule, samples: Samples): Promise<void> {
  const worker = await telephone.startWorker(RULES[rule], { MAX_CALLS: '4' });
  try {
    await delay(IDLE_MS);
    await arrival(telephone, samples);
    await delay(IDLE_MS);
    await burst(telephone, samples);
  } finally {
    await worker.stop();
  }
}

function report(all: Record<Rule, Samples>): void {
  const rules = Object.keys(all) as Rule[];
  const rows = (Object.keys(METRICS) as Metric[]).map((metric) => {
    const of = Object.fromEntries(rules.map((rule) => [rule, summary(all[rule][metric])])) as Summaries;
    return { metric: METRICS[metric], ...of, ratio: ratio(of.openhours.mean, of.framework.mean) };
  });
  if (JSON_ASKED) {
    process.stdout.write(`${JSON.stringify({ runs: RUNS, rows })}\n`);
    return;
  }
  const cell = ({ mean, p50, p90, n }: Summary) => `${mean} / ${p50} / ${p90} (${n})`.padEnd(30);
  const head = rules.map((rule) => rule.padEnd(30)).join('');
  process.stdout.write(`${'mean / p50 / p90 (n)'.padEnd(66)}${head}ratio of means\n`);
  for (const row of rows) {
    const cells = rules.map((rule) => cell(row[rule])).join('');
    process.stdout.write(`${row.metric.padEnd(66)}${cells}${row.ratio}\n`);
  }
}

type Summary = ReturnType<typeof summary>;
type Summaries = Record<Rule, Summary>;

function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    mean: round(mean),
    p50: Math.round(percentile(values, 0.5)),
    p90: Math.round(percentile(values, 0.9)),
    n: values.length,
  };
}

const ratio = (ours: number, theirs: number) => (theirs === 0 ? '-' : (ours / theirs).toFixed(2));

const telephone = await Telephone.open();
const all: Record<Rule, Samples> = { openhours: emptySamples(), framework: emptySamples() };
try {
  for (let run = 0; run < RUNS; run += 1) {
    const rules = Object.keys(RULES) as Rule[];
    for (const rule of run % 2 === 0 ? rules : rules.toReversed()) {
      await oneRun(telephone, rule, all[rule]);
      process.stderr.write(`run ${run + 1}/${RUNS}: ${rule}\n`);
    }
  }
  report(all);
} finally {
  await telephone.close();
}
process.exit(0);
