import { findAnswer, tellHours, tellService } from './answers.ts';
import { BOOK, type Memory, type Setting, byRole, verifies } from './memory.ts';
import { SAY } from './speak.ts';
import type { Heard } from './understand.ts';
import type { Decision } from './wire.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** Answers what was asked, and comes back to what was open. */
export function answerQuestion(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const text = plainAnswer(memory, heard, setting);
  if (typeof text !== 'string') return text;
  const open = resume(memory);
  return say(open === undefined ? text : `${text} ${open}`);
}

function plainAnswer(memory: Memory, heard: Heard, setting: Setting): string | Decision | undefined {
  const { prompt } = setting;
  if (heard.robot) return memory.goal === undefined ? `${SAY.robot} ${SAY.how}` : SAY.robot;
  if (heard.hours) {
    const hours = tellHours(prompt, heard.day?.spec);
    if (hours !== undefined) return hours;
  }
  const served = verifies(setting) && (heard.newcomer || heard.list || heard.birth !== undefined);
  if (heard.human || memory.asked === 'text' || served) return undefined;
  const found = findAnswer(heard.words, prompt.faqs);
  const facts = heard.day ?? heard.part ?? (heard.time?.explicit ? heard.time : undefined) ?? heard.name;
  const aside = !facts || (found && found.score >= 0.7 && !heard.book && !heard.service && !heard.name);
  const sure = found && found.score >= 0.6 && aside && (heard.question || !heard.service);
  if (sure && memory.pick.kind !== 'one' && !(heard.yes && memory.prepared)) return found.answer;
  if (!heard.question) return undefined;
  const told = heard.service && tellService(heard.words, heard.service, prompt);
  if (told !== undefined) return told;
  const books =
    heard.book ||
    facts !== undefined ||
    heard.shift !== undefined ||
    heard.cancel ||
    heard.move ||
    heard.message ||
    heard.list ||
    heard.waiting ||
    heard.newcomer ||
    heard.birth !== undefined;
  if (books || heard.anyTime || memory.pick.kind === 'one' || memory.pick.kind === 'many') return undefined;
  if (found && found.score >= 0.42) return found.answer;
  return heard.service ? aboutService(memory, heard) : unknown(memory, heard, setting);
}

/** "Do you do whitening?" is a question, "can I get a cleaning?" is a wish. */
function aboutService(memory: Memory, heard: Heard): Decision | undefined {
  if (/\bdo you (do|offer|provide|make|have)\b/.test(heard.words.join(' ')) && memory.options.length === 0)
    return say('Yes, we do. Would you like to book an appointment?');
  memory.goal = BOOK;
  return undefined;
}

function unknown(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const idle =
    heard.greeting || heard.thanks || heard.bye || heard.repeat || heard.wait || heard.words.length < 3;
  if (
    idle ||
    /\b(hear me|how are you|help me|are you there|anyone there|anybody there)\b/.test(heard.words.join(' '))
  )
    return undefined;
  return orMessage(SAY.dontKnow, memory, setting);
}

/** What cannot be had, and then: a message, or back to what was open. */
export function orMessage(text: string, memory: Memory, setting: Setting): Decision {
  const next = byRole(setting, 'message') ? SAY.canMessage : (resume(memory) ?? SAY.noMessage);
  return say(`${text} ${next}`);
}

/** The question that was open before the caller asked one. */
export function resume(memory: Memory): string | undefined {
  if (memory.prepared !== undefined)
    return memory.readBack === 'hold' ? 'Shall I book it for you?' : 'Shall I go ahead?';
  if (memory.persons.asked && memory.persons.current === undefined && !memory.persons.locked)
    return 'May I have the full name and date of birth, please?';
  if (memory.asked === 'name' && memory.options.length > 0) return 'May I have your name, please?';
  if (memory.asked === 'text') return 'What shall I tell our front desk?';
  if (memory.options.length > 0) return 'Which of those times would you like?';
  if (memory.asked === 'service') return 'Which service would you like?';
  return memory.asked === 'phone' ? 'Which phone number can we reach you on?' : undefined;
}
