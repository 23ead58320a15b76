import type { Memory } from './memory.ts';
import type { ToolResult } from './results.ts';
import type { Tool } from './schema.ts';
import { SAY, offer } from './speak.ts';

/** What to say after tools have run: their own sentences word for word, else a summary of what they returned. */
export function tellResults(memory: Memory): string {
  const said = memory.results.map(({ tool, result }) => result.say ?? tellResult(tool, result, memory));
  return said.length === 0 ? SAY.how : said.join(' ');
}

function tellResult(tool: Tool | undefined, result: ToolResult, memory: Memory): string {
  if (result.options.length > 0) return offer(result.options);
  if (result.failed) return SAY.problem;
  switch (tool?.role) {
    case 'end':
      return SAY.goodbye;
    case 'find':
      return `I'm sorry, there is nothing free then. ${SAY.otherTime}`;
    case 'hold': {
      const option = memory.options.find((one) => one.id === memory.chosen);
      return `So that's ${option?.spoken ?? 'the appointment'}, for ${memory.wish.name ?? 'you'}. Is that right?`;
    }
    case 'message':
      return "I'll pass that on. Is there anything else I can do for you?";
    case 'lookup':
      return result.fields.appointments === undefined ? (facts(result) ?? SAY.noMessage) : SAY.noAppointment;
    case 'transfer':
      return SAY.moment;
    default:
      return facts(result) ?? "That's done. Is there anything else I can do for you?";
  }
}

function facts(result: ToolResult): string | undefined {
  const plain = Object.entries(result.fields)
    .filter(
      (entry): entry is [string, string | number] =>
        (typeof entry[1] === 'string' || typeof entry[1] === 'number') && !/id$/i.test(entry[0]),
    )
    .slice(0, 3)
    .map(([key, value]) => `${key.replace(/_/g, ' ')} is ${value}`);
  return plain.length === 0 ? undefined : `The ${plain.join(', the ')}.`;
}
