import { type Memory, type Setting, verifies } from './memory.ts';
import { pursue } from './pursue.ts';
import { orMessage } from './questions.ts';
import { SAY } from './speak.ts';
import { tellResults } from './tell.ts';
import { understand } from './understand.ts';
import { type Decision, calledAs } from './wire.ts';

/** Most calls that answer one turn: who it is, the appointments, a free time, the read-back. */
const MAX_CALLS = 4;
/** Turns in a row that may be answered with the very same call: a failure may be tried once more. */
const MAX_SAME = 2;

/** After tools have run: what they worded, else the next step of what the caller wants. */
export function goOn(memory: Memory, setting: Setting): Decision {
  const silent = memory.results.every(({ result }) => result.say === undefined && !result.failed);
  const last = memory.results.at(-1)?.tool?.role;
  const leads = last === 'identify' || last === 'register' || last === 'confirm' || last === 'keypad';
  const listed = last === 'lookup' && memory.goal !== undefined && memory.appointments !== undefined;
  if (silent && (leads || listed)) {
    const next = pursue(memory, nothingHeard(memory, setting), setting);
    if (next) return next;
    const known = memory.persons.known.find((one) => one.key === memory.persons.current);
    if (known) return { kind: 'say', text: `Thank you, ${known.name}. ${SAY.how}` };
  }
  return { kind: 'say', text: tellResults(memory) };
}

function nothingHeard(memory: Memory, setting: Setting) {
  memory.pick = { kind: 'silent' };
  memory.changed = false;
  return understand('', { lexicon: setting.lexicon, offers: memory.options.length, asked: memory.asked });
}

/** The decision, unless it would do once more what has just been done, over and over. */
export function withoutLoop(decision: Decision, memory: Memory, setting: Setting): Decision {
  if (decision.kind === 'say') return saidTwice(decision.text, memory, setting) ?? decision;
  const { calls, turn } = memory;
  const role = setting.tools.find((tool) => tool.name === decision.name)?.role;
  const called = calledAs(decision.name, decision.args);
  const now = calls.filter((one) => one.turn === turn);
  const again = now.some((one) => one.call === called) || now.length >= MAX_CALLS;
  if (again) return { kind: 'say', text: now.length > 0 ? tellResults(memory) : SAY.problem };
  // wrong names and birth dates are counted where they are checked
  if (role === 'identify' || role === 'end') return decision;
  // details are read back one after the other, and each has its yes
  if (role === 'confirm' && memory.prepared !== undefined) return decision;
  const before = [turn - 1, turn - 2].filter((past) =>
    calls.some((one) => one.turn === past && one.call === called),
  );
  return before.length >= MAX_SAME ? orMessage(SAY.stuck, memory, setting) : decision;
}

/** The same question a third time gets no better answer. */
function saidTwice(text: string, memory: Memory, setting: Setting): Decision | undefined {
  const asksAgain = memory.heard?.repeat === true || memory.results.length > 0 || !text.includes('?');
  const twice = text === memory.lastSaid && text === memory.saidBefore;
  return twice && verifies(setting) && !asksAgain ? orMessage(SAY.stuck, memory, setting) : undefined;
}
