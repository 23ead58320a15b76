import { DateTime } from 'luxon';
import { once } from 'node:events';
import { ExitCode } from '../errors.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import type { Stack } from '../local/stack.ts';
import { type Voices, startVoices } from '../local/voice.ts';
import type { WorkerProcess } from '../local/worker-process.ts';
import { disposeLines } from '../rehearsal/phone-line.ts';
import { type AppointmentReport, type CallNews, type CallReport, playCall } from '../rehearsal/one-call.ts';
import { DEMO_SCRIPT } from '../rehearsal/scripted-caller.ts';
import { startLocalStack, startLocalWorker } from './start-up.ts';

/** The options of `openhours demo`. */
export interface DemoOptions {
  once?: boolean;
  json?: boolean;
  calls: number;
}

/** The sample clinic's number, and a caller that does not exist. */
const CLINIC_NUMBER = '+922135550100';
const CALLER_NUMBER = '+923005550999';
const CLINIC_ZONE = 'Asia/Karachi';

interface DemoResult {
  ok: boolean;
  call: CallReport;
  appointment: AppointmentReport | null;
}

/**
 * Starts everything, places calls and shows them. In a terminal it stays up afterwards, with the addresses to look at.
 * @returns 0 when every call's booking stands in the database, else 70.
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const out = options.json === true ? process.stderr : process.stdout;
  const print = (line = '') => out.write(`${line}\n`);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const releasers = new Releasers();
  try {
    releasers.push('phone lines', disposeLines);
    const voices = await startVoices();
    releasers.push('voices', () => voices.stop());
    const live = options.json !== true && process.stdout.isTTY;
    const stack = await startLocalStack(releasers, { print, live });
    const worker = await startLocalWorker(releasers, stack, print);
    const results: DemoResult[] = [];
    for (let index = 0; index < options.calls; index += 1) {
      print(options.calls === 1 ? '' : `\ncall ${index + 1} of ${options.calls}`);
      results.push(await call(stack, voices, print));
    }
    const ok = results.every((result) => result.ok);
    if (options.json === true) printJson(results, ok);
    if (options.once !== true && options.json !== true && process.stdout.isTTY)
      await stay(stack, worker, print, stopped);
    return ok ? ExitCode.ok : ExitCode.bug;
  } finally {
    await releasers.release();
  }
}

async function call(stack: Stack, voices: Voices, print: (line?: string) => void): Promise<DemoResult> {
  const env = stack.env as Record<
    'LIVEKIT_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET' | 'LIVEKIT_AGENT_NAME',
    string
  >;
  const { call: report, appointment } = await playCall({
    url: env.LIVEKIT_URL,
    apiKey: env.LIVEKIT_API_KEY,
    apiSecret: env.LIVEKIT_API_SECRET,
    agentName: env.LIVEKIT_AGENT_NAME,
    from: CALLER_NUMBER,
    to: CLINIC_NUMBER,
    audio: 'wideband',
    synthesize: (text) => voices.synthesize(text, { voice: 'rms', sampleRate: 16_000 }),
    supabaseUrl: stack.database.url,
    serviceRoleKey: stack.database.serviceRoleKey,
    script: DEMO_SCRIPT,
    onNews: (news) => print(newsLine(news)),
  });
  const ok = appointment?.status === 'booked';
  summary(report, appointment, print);
  return { ok, call: report, appointment };
}

function newsLine(news: CallNews): string {
  switch (news.type) {
    case 'ringing':
      return `☎  ringing ${CLINIC_NUMBER} …`;
    case 'answered':
      return '☎  answered';
    case 'agent':
      return `  agent   ${news.text}${news.latencyMs === undefined ? '' : `  (${Math.round(news.latencyMs)} ms)`}`;
    case 'caller':
      return `  caller  ${news.text}`;
    default:
      return news satisfies never;
  }
}

function summary(
  call: CallReport,
  appointment: AppointmentReport | null,
  print: (line?: string) => void,
): void {
  print();
  print(`outcome      ${call.outcome ?? 'none'} (${call.reason ?? ''}), call ${call.id}`);
  print(
    `greeting     ${call.greetingMs ?? '?'} ms after the call was connected, ${call.greetingFromRingMs ?? '?'} ms after it rang`,
  );
  for (const [index, turn] of call.turns.entries()) {
    const parts = Object.entries(turn.parts).map(([name, value]) => `${name.replace(/Ms$/, '')} ${value}`);
    const tool = turn.tool === null ? '' : ` ${turn.tool}`;
    print(
      `turn ${index + 1}       ${String(turn.latencyMs ?? '–').padStart(5)} ms${tool}  [${parts.join(', ')}]  heard: ${turn.heard ?? '–'}`,
    );
  }
  if (appointment === null) {
    print('appointment  none: the booking is not in the database');
    return;
  }
  const when = DateTime.fromISO(appointment.starts_at, { zone: CLINIC_ZONE }).toFormat(
    'cccc d LLLL yyyy, HH:mm',
  );
  print(
    `appointment  ${appointment.service} with ${appointment.practitioner}, ${when} (${CLINIC_ZONE}), for ${appointment.patient}`,
  );
}

function printJson(results: readonly DemoResult[], ok: boolean): void {
  const [first] = results;
  const document = results.length === 1 && first !== undefined ? first : { ok, calls: results };
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

async function stay(
  stack: Stack,
  worker: WorkerProcess,
  print: (line?: string) => void,
  stopped: Promise<unknown>,
): Promise<void> {
  print();
  print('Everything stays up. Look at:');
  print(`  worker     ${worker.url}/hello`);
  print(`  database   ${stack.database.dbUrl}`);
  print(`  logs       ${stack.logDir}`);
  print('Ctrl-C ends it.');
  await stopped;
}
