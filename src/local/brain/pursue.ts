import { pursueAppointment } from './appointments.ts';
import { callFor, labels, pursueBooking } from './booking.ts';
import { fill, goalTool } from './fill.ts';
import { BOOK, type Memory, type Setting, byRole } from './memory.ts';
import type { Tool } from './schema.ts';
import { askFor } from './speak.ts';
import type { Heard } from './understand.ts';
import type { Decision } from './wire.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** The next step of what the caller wants done: a question for what is missing, or the tool call. */
export function pursue(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  if (memory.goal === undefined) return undefined;
  const tool = goalTool(memory, setting);
  if (memory.goal === BOOK) return pursueBooking(memory, heard, setting, tool);
  if (!tool) return undefined;
  if (isOfRecord(tool, memory, setting)) return pursueAppointment(memory, heard, setting, tool);
  const { args, missing } = fill(tool, memory, setting);
  const [first] = missing;
  if (!first) return callFor(tool, args, memory, setting);
  const chooses = first.kind === 'option' || first.kind === 'appointment';
  const lookup = chooses && memory.options.length === 0 ? lookupTool(setting, tool) : undefined;
  if (lookup) {
    const asked = fill(lookup, memory, setting);
    const [unknown] = asked.missing;
    if (!unknown) return { kind: 'call', name: lookup.name, args: asked.args };
    return say(askFor(unknown, memory.asked === unknown.kind, []));
  }
  return say(askFor(first, memory.asked === first.kind, labels(setting)));
}

function lookupTool(setting: Setting, tool: Tool): Tool | undefined {
  const others = setting.tools.filter((one) => one.name !== tool.name);
  return others.find((one) => one.role === 'lookup') ?? others.find((one) => one.role === 'find');
}

/** True for what is done with an appointment on record, where those can be looked up. */
function isOfRecord(tool: Tool, memory: Memory, setting: Setting): boolean {
  const lookup = byRole(setting, 'lookup');
  const about = tool.role === 'lookup' || tool.params.some((param) => param.kind === 'appointment');
  return lookup !== undefined && about && fill(lookup, memory, setting).missing.length === 0;
}
