import { type BirthContext, joinBirths } from './birth.ts';
import { type Memory, type Setting, byRole, verifies } from './memory.ts';
import { knownPerson } from './replies.ts';
import type { JsonObject, Tool } from './schema.ts';
import { SAY } from './speak.ts';
import { respelled } from './spelling.ts';
import type { Heard } from './understand.ts';
import type { Decision } from './wire.ts';
import { alike, titleCase, tokens } from './words.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** How much of a turn may be a birth date; undefined where no tool takes one. */
export function birthsIn(
  memory: Memory,
  setting: Setting,
): { context: BirthContext; thisYear: number } | undefined {
  if (!byRole(setting, 'identify') && !byRole(setting, 'register')) return undefined;
  const { asked, lastSaid, readBack, prepared } = memory;
  const together = asked === 'name' && /birth/i.test(lastSaid);
  const corrects = prepared !== undefined && /born on/i.test(lastSaid) && readBack !== 'hold';
  const context = asked === 'birth' || together || corrects ? 'asked' : asked === 'name' ? 'near' : 'free';
  return { context, thisYear: (setting.prompt.today ?? new Date()).getUTCFullYear() };
}

/** Takes in whom a turn is about: somebody verified already, or somebody else with name and birth date. */
export function hearPersons(memory: Memory, heard: Heard, setting: Setting): void {
  const { wish } = memory;
  if (!verifies(setting)) {
    if (heard.name !== undefined) wish.name = heard.name;
    return;
  }
  const { persons } = memory;
  if (heard.newcomer || (memory.asked === 'newcomer' && heard.yes)) persons.newcomer = true;
  if (heard.birth !== undefined) {
    wish.birth = wish.birthSoFar === undefined ? heard.birth : joinBirths(wish.birthSoFar, heard.birth);
    delete wish.birthSoFar;
  }
  if (heard.spelled.length > 0 && wish.name !== undefined && heard.name === undefined)
    wish.name = titleCase(respelled(wish.name, heard.spelled));
  if (heard.after && persons.known.length === 0) persons.next = heard.after;
  else if (heard.kin !== undefined) hearKin(memory, heard.kin);
  else if (persons.known.length > 0 && meansSelf(memory, heard)) hearKin(memory, undefined);
  const meant = memory.prepared === undefined || heard.no || memory.asked === 'patient';
  const known = meant ? knownPerson(memory, heard.words) : undefined;
  const strange = heard.name !== undefined && !isKnown(memory, heard.name);
  if (known !== undefined && !strange) {
    memory.persons.current = known;
    memory.persons.other = false;
    if (heard.birth === undefined) delete wish.name;
    return;
  }
  if (heard.name === undefined || !strange) return;
  // whoever was verified is not renamed by a passing "this is urgent"
  const told = heard.named || memory.asked === 'name' || heard.birth !== undefined;
  if (persons.known.length > 0 && !told) return;
  wish.name = heard.name;
  if (persons.known.length === 0) return;
  memory.persons.other = true;
  memory.persons.current = undefined;
}

/** "And one for me", after somebody else was helped. */
function meansSelf(memory: Memory, heard: Heard): boolean {
  const free = heard.book || memory.asked === 'patient' || memory.asked === 'else';
  return free && /\b(for (me|myself)|myself|me too|me as well|mine too)\b/.test(heard.words.join(' '));
}

/** "My daughter": who was called so before, or else somebody new. */
function hearKin(memory: Memory, kin: string | undefined): void {
  const { persons } = memory;
  const before = persons.known.find((one) => one.kin === kin);
  if (persons.kin === kin && persons.other) return;
  persons.kin = kin;
  persons.other = before === undefined;
  persons.current = before?.key;
}

function isKnown(memory: Memory, name: string): boolean {
  const said = tokens(name);
  return memory.persons.known.some((one) => {
    const own = tokens(one.name);
    return said.every((word) => own.some((part) => alike(word, part) >= 0.8));
  });
}

/** True when somebody must be verified before the matter goes on. */
export function isStranger(memory: Memory, setting: Setting): boolean {
  if (!verifies(setting)) return false;
  const { persons, wish } = memory;
  if (persons.current !== undefined) return false;
  const claimed = wish.name !== undefined && wish.birth !== undefined;
  return persons.asked || claimed || (persons.other && persons.known.length > 0);
}

/** Verifies or registers as soon as name and birth date are there; asks for what is missing once a tool wants to know. */
export function settlePerson(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  if (!verifies(setting) || memory.persons.locked || memory.persons.current !== undefined) return undefined;
  const { persons, wish } = memory;
  // a name in a message is for the front desk
  if (memory.asked === 'text') return undefined;
  const phone = heard.phone !== undefined && (persons.needsPhone || persons.newcomer);
  const named = heard.name !== undefined || heard.spelled.length > 0;
  const told = named || heard.birth !== undefined || phone;
  const turned = heard.newcomer || (memory.asked === 'newcomer' && heard.yes);
  const wanted = persons.asked || persons.other || persons.newcomer;
  if (!told && !turned) return undefined;
  if (wish.name !== undefined && wish.birth !== undefined && !isHalf(memory, heard))
    return claim(memory, setting);
  return wanted && (memory.asked === 'name' || memory.asked === 'birth') && !heard.question
    ? askWho(memory)
    : undefined;
}

/** Whoever was not found with a birth date, and says the name alone, has yet to say the other one. */
function isHalf({ persons, wish }: Memory, heard: Heard): boolean {
  const { refused } = persons;
  if (refused === undefined || persons.newcomer || heard.name === undefined || heard.birth !== undefined)
    return false;
  if (alike(heard.name.toLowerCase(), refused.toLowerCase()) < 0.8) return false;
  delete wish.birth;
  return true;
}

/** The call that verifies the patient, or reads a new one's details back. */
function claim(memory: Memory, setting: Setting): Decision | undefined {
  const register = memory.persons.newcomer ? byRole(setting, 'register') : undefined;
  const tool = register ?? byRole(setting, 'identify');
  if (!tool) return undefined;
  return { kind: 'call', name: tool.name, args: claimArgs(tool, memory, register !== undefined) };
}

function claimArgs(tool: Tool, memory: Memory, registers: boolean): JsonObject {
  const { wish, persons } = memory;
  const args: JsonObject = {};
  for (const { name, kind, required, nullable } of tool.params) {
    if (required && nullable) args[name] = null;
    if (kind === 'name' && wish.name !== undefined) args[name] = wish.name;
    if (kind === 'birth' && wish.birth !== undefined) args[name] = wish.birth;
    // a number serves to tell namesakes apart, and only then
    const phone = registers || persons.needsPhone ? wish.phone : undefined;
    if (kind === 'phone' && phone !== undefined) args[name] = phone;
  }
  return args;
}

/** The question for what is still unknown of the patient. */
export function askWho(memory: Memory): Decision {
  const { wish, persons, asked } = memory;
  if (persons.locked) return say(SAY.locked);
  const whose = persons.kin === undefined || !persons.other ? 'the' : `your ${persons.kin}'s`;
  // one word is a first name, unless it was given for the full one
  const partial = wish.name !== undefined && !wish.name.includes(' ') && asked !== 'name';
  if (persons.needsPhone) return say('Which phone number do we have on record for you?');
  if (!partial && wish.name !== undefined && wish.birth !== undefined)
    return say(`Sorry, could you tell me ${whose} full name and date of birth once more, please?`);
  if (wish.name === undefined || partial) {
    if (wish.birth !== undefined) return say(`And ${whose} full name, please?`);
    const again = asked === 'name' ? 'Sorry, could you tell me' : 'May I have';
    return say(`${again} ${whose} full name and date of birth, please?`);
  }
  return say(
    asked === 'birth'
      ? 'Sorry, could you tell me the date of birth once more, with day, month and year?'
      : `And what is ${whose} date of birth?`,
  );
}
