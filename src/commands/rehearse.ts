import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { REHEARSAL } from '../config/desk-defaults.ts';
import { type Config, loadConfig, processEnvironment } from '../config/load.ts';
import { stateDir } from '../config/paths.ts';
import { ExitCode } from '../errors.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import { createFileLogger } from './rehearsal-log.ts';
import { htmlReport } from '../rehearsal/html-report.ts';
import { ImprovisedTextCaller } from '../rehearsal/improvised-caller.ts';
import { markdownPage } from '../rehearsal/page.ts';
import { PatientCaller } from '../rehearsal/patient-caller.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import { rehearseByVoice } from '../rehearsal/rehearse-by-voice.ts';
import type { RehearsalReport, ReportedRun } from '../rehearsal/report.ts';
import { loadScenarios, selectScenarios } from '../rehearsal/scenario-files.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import type { StartTextAgent } from '../rehearsal/text-agent.ts';
import { ScriptedTextCaller } from '../rehearsal/text-caller.ts';
import { standInLanguage, startLane } from './rehearsal-lanes.ts';
import { startTelephones } from './rehearsal-telephones.ts';

/** The options of `openhours rehearse`. */
export interface RehearseOptions {
  /** Calls of each scenario. */
  runs: number;
  /** Ids, beginnings of ids with `*`, or tags. */
  only?: string[];
  json?: boolean;
  list?: boolean;
  /** Where the report goes. */
  html?: string;
  /** Where the page of Markdown goes, if one is wanted. */
  page?: string;
  /** Calls at a time. */
  parallel?: number;
  /** Callers say what is written, also where a model could play them. */
  scripted?: boolean;
  /** By telephone, through a LiveKit server, a recogniser and a voice. */
  voice?: boolean;
}

/** The key of the local stack is none. */
const STAND_IN_KEY = 'local-stand-in';

/**
 * Plays scenarios by text against the real parts of the agent and a database of its own, or by voice against a worker on the local stack, and
 * reports.
 * @returns 0 when every call passed, else 70.
 * @throws OpenhoursError INPUT_INVALID for a scenario that is unknown or not played so; LOCAL_TOOL_MISSING or LOCAL_PROCESS_FAILED without a database.
 */
export async function runRehearse(options: RehearseOptions): Promise<ExitCode> {
  const by = options.voice === true ? 'voice' : 'text';
  const scenarios = selectScenarios(await loadScenarios('any'), options.only ?? [], by);
  if (options.list === true) return list(scenarios, options.json === true);
  const out = options.json === true ? process.stderr : process.stdout;
  const print = (line = '') => void out.write(`${line}\n`);
  const file = resolve(options.html ?? join(stateDir(), 'rehearsal', 'report.html'));
  const report = await play(scenarios, options, print);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, htmlReport(report));
  if (options.page !== undefined) writeFileSync(resolve(options.page), markdownPage(report));
  print(`\n${summary(report)}\nreport  ${file}`);
  if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.ok ? ExitCode.ok : ExitCode.bug;
}

async function play(
  scenarios: readonly Scenario[],
  options: RehearseOptions,
  print: (line?: string) => void,
): Promise<RehearsalReport> {
  const releasers = new Releasers();
  try {
    const log = createFileLogger(join(stateDir(), 'logs', 'rehearsal.log'), releasers);
    const real = realLanguage();
    const language = real === undefined ? 'stand-in' : real.model;
    const callers = real === undefined || options.scripted === true ? 'scripted' : 'improvised';
    print(`language: ${language}; callers: ${callers}; ${scenarios.length} scenarios × ${options.runs}`);
    const calls = scenarios.length * options.runs;
    const { voice = false, runs } = options;
    const usual = voice ? REHEARSAL.voiceLanes : REHEARSAL.lanes;
    const count = Math.max(1, Math.min(options.parallel ?? usual, calls));
    const onRun = (scenario: Scenario, run: ReportedRun) => printRun(scenario, run, print);
    const plan = { scenarios, runs, language, callers, onRun } as const;
    if (voice) {
      const folder = join(stateDir(), 'rehearsal');
      const lanes = await startTelephones({ count, folder, openai: real, print, log }, releasers);
      const makeCaller = (scenario: Scenario) =>
        real === undefined || callers === 'scripted'
          ? new PatientCaller(new ScriptedTextCaller(scenario))
          : new ImprovisedTextCaller(scenario, real);
      return await rehearseByVoice({ ...plan, lanes, makeCaller });
    }
    const openai = real ?? (await standInLanguage(releasers));
    const lanes = await Promise.all(Array.from({ length: count }, () => startLane(openai, log, releasers)));
    const startAgent = await loadTextAgent();
    const makeCaller = (scenario: Scenario) =>
      callers === 'scripted' ? new ScriptedTextCaller(scenario) : new ImprovisedTextCaller(scenario, openai);
    return await rehearse({ ...plan, lanes, startAgent, makeCaller });
  } finally {
    await releasers.release();
  }
}

/** A hosted model, where there is a key for one. */
function realLanguage(): Config['openai'] | undefined {
  const environment = processEnvironment();
  const key = environment['OPENAI_API_KEY']?.trim() ?? '';
  if (key === '' || key === STAND_IN_KEY) return undefined;
  const unused = 'not-used-by-a-rehearsal';
  const url = 'http://127.0.0.1';
  // Only OpenAI's variables count here; the others have to be there.
  return loadConfig({
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: unused,
    LIVEKIT_API_SECRET: unused,
    LIVEKIT_AGENT_NAME: unused,
    SUPABASE_URL: url,
    SUPABASE_SERVICE_ROLE_KEY: unused,
    DEEPGRAM_API_KEY: unused,
    ENVIRONMENT: 'development',
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('OPENAI_'))),
  }).openai;
}

/** The agent's part is not imported by the job's: the file is given by its address, as the worker gives the framework `agent/main`. */
async function loadTextAgent(): Promise<StartTextAgent> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = new URL(`../../agent/text-agent.${extension}`, import.meta.url);
  const agent = (await import(file.href)) as { startTextAgent: StartTextAgent };
  return agent.startTextAgent;
}

function list(scenarios: readonly Scenario[], json: boolean): ExitCode {
  const rows = scenarios.map(({ id, title, tags }) => ({ id, title, tags }));
  const text = json
    ? JSON.stringify(rows)
    : rows.map(({ id, title, tags }) => `${id.padEnd(32)} ${title} [${tags.join(', ')}]`).join('\n');
  process.stdout.write(`${text}\n`);
  return ExitCode.ok;
}

function printRun(scenario: Scenario, run: ReportedRun, print: (line?: string) => void): void {
  const turns = run.turns.filter(({ caller }) => caller !== null).length;
  print(`${run.passed ? '✓' : '✗'} ${scenario.id.padEnd(32)} ${turns} turns, ${run.durationMs} ms`);
  for (const problem of run.problems) print(`    ${problem.in}: ${problem.text}`);
  if (run.passed) return;
  for (const { caller, agent, tools, recognised } of run.turns) {
    const heard = recognised == null ? '' : `  [heard: ${recognised.slice(0, 200)}]`;
    if (caller !== null) print(`      caller  ${caller.slice(0, 200)}${heard}`);
    for (const { name, arguments: args } of tools) print(`      tool    ${name} ${args.slice(0, 200)}`);
    print(`      agent   ${agent}`);
  }
}

function summary(report: RehearsalReport): string {
  const { latencyMs: ms, turnsPerCall, wordsPerTurn, interruptions, interruptionMs, deadAirMs } = report;
  const heard =
    deadAirMs === null
      ? []
      : [
          `longest silence of a call p50/p95 ${deadAirMs.p50 ?? '–'}/${deadAirMs.p95 ?? '–'} ms, ${interruptions ?? 0} interruptions, silent after p50 ${interruptionMs?.p50 ?? '–'} ms`,
        ];
  return [
    `${report.passed} of ${report.calls} calls passed in ${(report.durationMs / 1000).toFixed(1)} s`,
    `turns per call p50 ${turnsPerCall.p50 ?? '–'}, words per turn p50 ${wordsPerTurn.p50 ?? '–'}, answers p50/p95/p99 ${ms.p50 ?? '–'}/${ms.p95 ?? '–'}/${ms.p99 ?? '–'} ms`,
    ...heard,
  ].join('\n');
}
