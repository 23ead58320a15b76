/**
 * How often the local recogniser mishears what callers of the rehearsal say: `node dist/bench/slips.js [--times 24] [--say <sentence>] [--json]`.
 * Each sentence is decoded that many times, each a little louder or softer, earlier or later, as no two calls are alike. What it heard is listed: where
 * that differs, a whole call will fail now and then, and the sentence wants other words. Nothing of this is about Deepgram.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEnvironment } from '../src/components/environments.ts';
import { processEnvironment } from '../src/config/load.ts';
import { projectRoot } from '../src/config/paths.ts';
import { RECOGNIZER_RATE, startRecognizer } from '../src/local/recognizer.ts';
import { startVoices } from '../src/local/voice.ts';
import { telephoneBand } from '../src/rehearsal/audio.ts';
import { loadScenarios } from '../src/rehearsal/scenario-files.ts';
import { DEMO_SCRIPT } from '../src/rehearsal/scripted-caller.ts';
import { commandLine, wholeNumber } from './options.ts';

const values = commandLine('[--times 24] [--say <sentence>] [--json]', {
  times: { type: 'string' },
  say: { type: 'string' },
  json: { type: 'boolean' },
});
const times = wholeNumber('times', values.times, 24);

/** What the recogniser made of a sentence, the most frequent first. */
interface Heard {
  readonly sentence: string;
  readonly line: 'wideband' | 'telephone';
  readonly texts: readonly { readonly text: string; readonly count: number }[];
}

/** Everything that a scripted caller says by voice, with the line on which it is said. */
async function sentences(): Promise<Pick<Heard, 'sentence' | 'line'>[]> {
  if (values.say !== undefined) return [{ sentence: String(values.say), line: 'wideband' }];
  const { opening, name, born, farewell } = DEMO_SCRIPT;
  const demo = [opening, `${name}, born on ${born}.`, farewell, 'Yes, that is right.', 'Yes, please.'];
  const said = (await loadScenarios('voice')).flatMap(({ opening: first, facts, reactions, voice }) =>
    [
      ...(first === null ? [] : [first]),
      ...Object.values(facts).flat(),
      ...reactions.flatMap(({ say = [] }) => say),
      ...voice.interruptions.map(({ say }) => say),
    ].map((sentence) => ({ sentence, line: voice.line })),
  );
  const all = [...demo.map((sentence) => ({ sentence, line: 'telephone' as const })), ...said];
  return [...new Map(all.map((one) => [`${one.line} ${one.sentence}`, one])).values()];
}

/** Numbers in [0, 1), the same in every run (Numerical Recipes' generator). */
function randomNumbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** The speech as another call would carry it: other gain, other start, other noise. */
function anotherCall(speech: Int16Array, random: () => number): Int16Array {
  const lead = Math.floor(random() * 0.2 * RECOGNIZER_RATE);
  const gain = 0.6 + 0.6 * random();
  const call = new Int16Array(lead + speech.length + 0.3 * RECOGNIZER_RATE);
  call.forEach((_, at) => {
    const sample = (speech[at - lead] ?? 0) * gain + (random() - 0.5) * 30;
    call[at] = Math.max(-32_768, Math.min(32_767, sample));
  });
  return call;
}

const folder = mkdtempSync(join(tmpdir(), 'openhours-slips-'));
const cacheDir = join(processEnvironment()['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openhours');
const templatesDir = join(projectRoot(), 'env-templates');
const { python } = await ensureEnvironment({ name: 'local-speech', cacheDir, templatesDir });
const script = join(templatesDir, 'local-speech', 'recognizer.py');
const recognizer = await startRecognizer({ python, script, logFile: join(folder, 'recognizer.log') });
const voices = await startVoices();
const random = randomNumbers();
const results: Heard[] = [];
try {
  for (const { sentence, line } of await sentences()) {
    const spoken = await voices.synthesize(sentence, { voice: 'rms', sampleRate: RECOGNIZER_RATE });
    const counts = new Map<string, number>();
    for (let call = 0; call < times; call += 1) {
      const carried = anotherCall(spoken, random);
      const pcm = line === 'telephone' ? telephoneBand(carried) : carried;
      const text = (await recognizer.decode({ pcm, urgency: 'final', owner: {} })) ?? '';
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const texts = [...counts].map(([text, count]) => ({ text, count })).toSorted((a, b) => b.count - a.count);
    results.push({ sentence, line, texts });
    process.stderr.write(`${line.padEnd(9)}  ${sentence}\n`);
    for (const { text, count } of texts) process.stderr.write(`    ${count} of ${times}  ${text}\n`);
  }
} finally {
  await Promise.all([recognizer.stop(), voices.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
if (values.json === true) process.stdout.write(`${JSON.stringify(results)}\n`);
