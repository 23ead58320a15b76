import { type Memory, type Setting, byRole } from './memory.ts';
import { orMessage } from './questions.ts';
import type { JsonObject, Tool } from './schema.ts';
import { SAY } from './speak.ts';
import type { Heard } from './understand.ts';
import { type Decision, calledAs } from './wire.ts';

/** Longest reason that is given for connecting a caller, in characters. */
const MAX_REASON = 200;
const say = (text: string): Decision => ({ kind: 'say', text });

/** How the caller wants to be spoken to: the language, slower, the last part again, by keypad. */
export function adjustManner(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  if (memory.asked === 'text' && heard.words.length > 8) return undefined;
  const language = byRole(setting, 'language');
  if (language && heard.language !== undefined && heard.language !== memory.language) {
    const args = only(language, heard.language);
    // a language that the clinic does not offer is asked for once
    const tried = args && memory.calls.some((one) => one.call === calledAs(language.name, args));
    if (args && (!tried || memory.language !== 'en')) return { kind: 'call', name: language.name, args };
  }
  const speech = byRole(setting, 'speech');
  if (speech && (heard.slower || heard.faster) && heard.words.length <= 14) {
    const args = only(speech, heard.slower);
    if (args) return { kind: 'call', name: speech.name, args };
  }
  const keypad = byRole(setting, 'keypad');
  if (keypad && heard.keypad) {
    const asked = memory.asked === 'phone' ? /phone/ : memory.asked === 'birth' ? /birth/ : /birth|code/;
    const what = heard.words.includes('code') ? /code/ : asked;
    const choices = keypad.params[0]?.choices ?? [];
    const args = only(keypad, choices.find((choice) => what.test(choice)) ?? choices[0] ?? 'date_of_birth');
    if (args) return { kind: 'call', name: keypad.name, args };
  }
  if (memory.asked === 'again' && heard.yes && memory.saidBefore !== '') return say(memory.saidBefore);
  return undefined;
}

/** The one argument of a tool, if it takes the value. */
function only(tool: Tool, value: string | boolean): JsonObject | undefined {
  const param = tool.params.find((one) => one.required) ?? tool.params[0];
  if (!param || (typeof value === 'boolean') !== (param.type === 'boolean')) return undefined;
  if (typeof value === 'string' && param.choices && !param.choices.includes(value)) return undefined;
  return { [param.name]: value };
}

/** The call that connects the caller with a person, with why. */
export function connect(heard: Heard, tool: Tool): Decision {
  const reason = heard.text.slice(0, MAX_REASON);
  const args: JsonObject = {};
  for (const { name, kind, type, required } of tool.params)
    if (type === 'string' && (kind === 'text' || required)) args[name] = reason;
  return { kind: 'call', name: tool.name, args };
}

/** What is dropped: an offer declined, a question that the caller cannot or will not answer. */
export function drop(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const flat = heard.words.join(' ');
  const facts = heard.day ?? heard.time ?? heard.part ?? heard.service ?? heard.name ?? heard.birth;
  const other = heard.book || heard.cancel || heard.move || heard.message || heard.list || heard.waiting;
  if (facts !== undefined || other || heard.bye || heard.question) return undefined;
  if (memory.asked === 'name' || memory.asked === 'birth') {
    const unwilling =
      /\b(dont|do not|cant|cannot) (know|have|remember|want|tell|say|give)\b|\brather not\b|\bwont (tell|say|give)\b|\b(no|not) (idea|sure)\b|^(no|nope)( (thanks|thank you|way|sorry))*$/;
    return memory.persons.asked && unwilling.test(flat) ? orMessage(SAY.without, memory, setting) : undefined;
  }
  const { asked } = memory;
  const declined =
    /^(manage|offer_booking|offer_waiting|offer_list|text)$/.test(asked ?? '') ||
    (asked === 'offer_message' && memory.persons.asked);
  const settled =
    asked === 'manage' && (heard.thanks || /\b(just|only) (checking|asking|wanted)\b/.test(flat));
  if (asked === 'offer_waiting' && heard.shift !== undefined) return say(SAY.otherTime);
  if (asked === 'again' && heard.no) return say(SAY.how);
  return settled || (declined && heard.no && heard.shift === undefined) ? say(SAY.dropped) : undefined;
}
