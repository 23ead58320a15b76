import { cpSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTelephones } from '../src/commands/rehearsal-telephones.ts';
import { REHEARSAL } from '../src/config/desk-defaults.ts';
import { Releasers } from '../src/lifecycle/releasers.ts';
import { makeTemporaryFolder } from '../src/local/temporary-database.ts';
import { PatientCaller } from '../src/rehearsal/patient-caller.ts';
import { rehearseByVoice } from '../src/rehearsal/rehearse-by-voice.ts';
import type { RehearsalReport, ReportedRun } from '../src/rehearsal/report.ts';
import { loadScenarios } from '../src/rehearsal/scenario-files.ts';
import { ScriptedTextCaller } from '../src/rehearsal/text-caller.ts';
import type { VoiceLane } from '../src/rehearsal/voice-lane.ts';
import { collectLog } from './support/log.ts';

/** Those that show more of the same, or what another test here shows, are played by `openhours rehearse --voice`. */
const chosen = (await loadScenarios('voice')).filter(({ tags }) => !tags.includes('more'));
/** Long talks beside short ones: two people who both talk all the time are a lot to recognise for two cores. */
const talks = chosen.filter(({ tags }) => /booking|injection|identity/.test(tags.join(' ')));
const others = chosen.filter((scenario) => !talks.includes(scenario));
const scenarios = others.flatMap((scenario, index) => [...talks.slice(index, index + 1), scenario]);
const releasers = new Releasers();
const folder = makeTemporaryFolder();
/** The run of each scenario, told when it is over. */
const runs = new Map(
  scenarios.map(({ id }) => {
    let tell!: (run: ReportedRun) => void;
    const told = new Promise<ReportedRun>((resolve) => (tell = resolve));
    return [id, { told, tell }] as const;
  }),
);
let lanes: VoiceLane[];
let rehearsal: Promise<RehearsalReport>;

beforeAll(async () => {
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  const { log } = collectLog();
  vi.stubEnv('LOG_LEVEL', 'debug');
  lanes = await startTelephones({ count: REHEARSAL.voiceLanes, folder, print, log }, releasers);
  rehearsal = rehearseByVoice({
    scenarios,
    runs: 1,
    lanes,
    makeCaller: (scenario) => new PatientCaller(new ScriptedTextCaller(scenario)),
    language: 'stand-in',
    callers: 'scripted',
    onRun: ({ id }, run) => {
      print(`${run.passed ? 'passed' : 'failed'} ${id} ${run.durationMs} ms`);
      if (!run.passed) print(`${JSON.stringify(run.problems)}\n${transcript(run)}`);
      runs.get(id)?.tell(run);
    },
  });
  rehearsal.catch(() => undefined); // the last test tells
}, 900_000); // a machine's first build

afterAll(async () => {
  await rehearsal?.catch(() => undefined);
  await releasers.release();
  // For a test that failed: the folder goes.
  const { TEST_LOGS } = process.env;
  if (TEST_LOGS !== undefined) cpSync(folder, TEST_LOGS, { recursive: true, filter: isLog });
  rmSync(folder, { recursive: true, force: true });
});

const isLog = (path: string) => !/\/(database|worker)(\/|$)/.test(path);

/** What was said, for the message of a test that failed. */
const transcript = ({ turns, sound }: ReportedRun) =>
  [
    JSON.stringify(sound),
    ...turns.map(
      ({ caller, recognised, agent }) =>
        `${caller ?? '-'} [${recognised ?? '-'}] -> ${agent === '' ? '(nothing)' : agent}`,
    ),
  ].join('\n');

test('enough scenarios are played by voice', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(12);
});

test.each(scenarios.map(({ id, title }) => [id, title] as const))(
  '%s: %s',
  async (id) => {
    const run = await runs.get(id)?.told;
    if (run === undefined) throw new Error('it was not played');
    expect(run.problems, transcript(run)).toEqual([]);
  },
  240_000,
);

test('an appointment is booked by the yes to its read-back, and by nothing before', async () => {
  const run = await runs.get('voice-book-a-check-up')?.told;
  const calls = run?.turns.flatMap(({ tools }) => tools.map(({ name }) => name)) ?? [];
  expect(calls).toContain('prepare_booking');
  expect(calls.indexOf('confirm')).toBeGreaterThan(calls.indexOf('prepare_booking'));
  expect(calls.filter((name) => name === 'confirm')).toHaveLength(1);
  const confirmed = run?.turns.find(({ tools }) => tools.some(({ name }) => name === 'confirm'));
  expect(confirmed?.caller).toBe('Yes, that is right.');
}, 240_000);

test('the report has what only a voice has: interruptions, dead air, greetings, and the latency of the first sound', async () => {
  const report = await rehearsal;
  const { interruptionMs, deadAirMs, greetingMs, latencyMs, wordsPerTurn } = report;
  process.stderr.write(
    `greeting ${JSON.stringify(greetingMs)}, answers ${JSON.stringify(latencyMs)}, dead air ${JSON.stringify(deadAirMs)}, silent after ${JSON.stringify(interruptionMs)} ms; words per turn ${JSON.stringify(wordsPerTurn)}; ${report.durationMs} ms\n`,
  );
  expect(report).toMatchObject({ by: 'voice', calls: scenarios.length, interruptions: 1 });
  for (const { p50 } of [interruptionMs, deadAirMs, greetingMs, latencyMs, wordsPerTurn].flatMap(
    (one) => one ?? [],
  ))
    expect(p50).toBeGreaterThan(0);
}, 240_000);

test('every call was heard out: nothing is left in any room', async () => {
  await rehearsal;
  for (const lane of lanes) {
    await lane.idle();
    expect(await lane.sql('select room from public.calls where outcome is null or ended_at is null')).toEqual(
      [],
    );
  }
}, 30_000);

test('nobody’s name, number, birthday or words are in a log', () => {
  const never = [
    'David',
    'Brown',
    '923005550999',
    '1980',
    'bill',
    'chest pain',
    'maintenance mode',
    'a check-up on',
  ];
  const logs = lanes.flatMap((_, index) => {
    const folderOfLogs = join(folder, `lane-${index + 1}`, 'logs');
    const names = readdirSync(folderOfLogs).filter((name) => name.startsWith('worker'));
    return names.map((name) => join(folderOfLogs, name));
  });
  expect(logs.length).toBeGreaterThanOrEqual(lanes.length);
  const lines = logs.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  expect(lines.filter((line) => line.includes('call arrived')).length).toBeGreaterThanOrEqual(
    scenarios.length,
  );
  expect(lines.filter((line) => never.some((text) => line.includes(text)))).toEqual([]);
});
