import { search, pursueBooking } from './booking.ts';
import { fill } from './fill.ts';
import { matchEntry } from './lexicon.ts';
import { type Memory, type Setting, byRole } from './memory.ts';
import { askWho, isStranger } from './persons.ts';
import { type Choice, type Pick, pickOption } from './pick.ts';
import type { Option } from './results.ts';
import type { Tool } from './schema.ts';
import { SAY, spokenList, spokenOption } from './speak.ts';
import type { Heard } from './understand.ts';
import type { Decision } from './wire.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** The appointment that a turn or the wish points at: by its service, day, time, place; the only one if there is but one. */
export function pickAppointment(memory: Memory, choice: Choice, service: string | undefined): Pick {
  const all = memory.appointments ?? [];
  const [only] = all;
  if (only && all.length === 1) return { kind: 'one', id: only.id };
  const wanted = service?.toLowerCase().split(/[^a-z]+/) ?? [];
  const ofService = all.filter(
    (one) => wanted.length > 0 && wanted.every((word) => one.words.includes(word)),
  );
  const [sole] = ofService;
  if (sole && ofService.length === 1) return { kind: 'one', id: sole.id };
  return pickOption(choice, ofService.length > 0 ? ofService : all, undefined);
}

/** The next step for an appointment on record: to hear of it, to cancel it, to move it. */
export function pursueAppointment(
  memory: Memory,
  heard: Heard,
  setting: Setting,
  tool: Tool,
): Decision | undefined {
  const lookup = byRole(setting, 'lookup');
  if (memory.appointments === undefined && lookup) {
    if (isStranger(memory, setting)) return askWho(memory);
    const { args, missing } = fill(lookup, memory, setting);
    return missing.length === 0 ? { kind: 'call', name: lookup.name, args } : undefined;
  }
  const listed = memory.appointments ?? [];
  if (listed.length === 0) return say(SAY.noAppointment);
  const appointment = chosenOf(memory, setting);
  if (!appointment)
    return say(`Which do you mean: ${spokenList(listed.slice(0, 4).map(spokenOption), 'or')}?`);
  if (tool.role === 'lookup') return say(SAY.manage);
  if (tool.role === 'move') return pursueMove(memory, heard, setting, tool, appointment);
  const { args, missing } = fill(tool, memory, setting);
  return missing.length === 0 ? { kind: 'call', name: tool.name, args } : undefined;
}

function chosenOf(memory: Memory, setting: Setting): Option | undefined {
  const listed = memory.appointments ?? [];
  if (memory.appointment === undefined) {
    const { wish } = memory;
    const moves = setting.tools.find((one) => one.name === memory.goal)?.role === 'move';
    // "to Thursday" is where it goes, not which one it is
    const day = moves ? undefined : wish.day?.spec;
    const time = moves ? undefined : wish.time;
    const choice = { words: [], day, time, part: undefined, practitioner: undefined, yes: false };
    const pick = pickAppointment(memory, choice, wish.service);
    if (pick.kind === 'one') memory.appointment = pick.id;
  }
  return listed.find((one) => one.id === memory.appointment);
}

/** To move one: a free time of the same service first. */
function pursueMove(
  memory: Memory,
  heard: Heard,
  setting: Setting,
  tool: Tool,
  appointment: Option,
): Decision | undefined {
  const { wish } = memory;
  const service = matchEntry(appointment.words, setting.lexicon.services);
  if (service && wish.service !== service.value) {
    wish.service = service.value;
    memory.options = [];
    memory.chosen = undefined;
  }
  const find = byRole(setting, 'find');
  const placed = wish.day ?? wish.time ?? wish.part;
  if (memory.options.length > 0 || memory.chosen !== undefined || !find)
    return pursueBooking(memory, heard, setting, tool);
  if (placed === undefined && !heard.anyTime) return say(SAY.whichDay);
  return search(memory, find, setting);
}
