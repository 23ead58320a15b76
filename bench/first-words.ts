/**
 * What it takes to look at the first words of a call, in a process that was prepared for it and in one that was not: `node dist/bench/first-words.js
 * [--runs 10] [--json]`. Each time is that of a new process; the two kinds alternate.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hearSafety } from '../agent/safety.ts';
import { wakePatterns } from '../agent/warm-up.ts';
import { findClaims } from '../src/clinic/claims.ts';
import { redact } from '../src/clinic/redact.ts';
import { benchOptions } from './options.ts';
import { summary } from './statistics.ts';

const LANGUAGES = ['en', 'es', 'ur'];
const TODAY = '2026-11-22';
const CHILD = 'child';

/** One exchange of an invented call: what the caller says, and what the agent answers; with and without redaction. */
function lookAtFirstWords(redacting: boolean): number {
  const startedAt = performance.now();
  hearSafety('Hello. I would like to book a check-up on Tuesday at ten in the morning.', LANGUAGES);
  findClaims('I have Tuesday the 24th of November at 10 in the morning. Does that suit you?');
  if (redacting)
    redact('My name is Nobody Notreal, and I was born on May the third, 1980.', { today: TODAY });
  return performance.now() - startedAt;
}

const [, , role, prepared, redacting] = process.argv;
if (role === CHILD) {
  if (prepared === 'true')
    wakePatterns({ languages: LANGUAGES, redact_transcripts: redacting === 'true' }, TODAY);
  process.stdout.write(String(lookAtFirstWords(redacting === 'true')));
  process.exit(0);
}

const { often, json } = benchOptions('runs', 10);
const inNewProcess = (...settings: boolean[]) =>
  Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), CHILD, ...settings.map(String)]));
const results = [false, true].map((redacts) => {
  const [asIs, woken]: [number[], number[]] = [[], []];
  for (let run = 0; run < often; run += 1) {
    asIs.push(inNewProcess(false, redacts));
    woken.push(inNewProcess(true, redacts));
  }
  const [before, after] = [summary(asIs), summary(woken)];
  return { redacts, before, after, ratio: after.p50 / before.p50 };
});
if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
else
  for (const { redacts, before, after, ratio } of results) {
    process.stdout.write(
      `${redacts ? 'with' : 'without'} redaction: ${before.p50} / ${before.p95} ms as it comes, ${after.p50} / ${after.p95} ms prepared (p50 / p95, n ${before.n} each), ratio ${ratio.toFixed(3)}\n`,
    );
  }
