import { decide } from './decide.ts';
import { PROMPT } from './sample-conversation.ts';
import { SampleDesk } from './sample-desk.ts';
import { DESK_TOOLS } from './sample-tools.ts';
import { fits, readTools } from './schema.ts';
import type { ChatMessage } from './wire.ts';

/** What came of a call with the sample desk. */
export interface SampleCall {
  desk: SampleDesk;
  /** What the agent said, in order. */
  said: string[];
  /** Caller and agent, line by line, with the calls of tools between. */
  transcript: string;
}

/** Most model answers to one turn before it counts as a loop. */
const MAX_STEPS = 8;

/** Plays the caller's lines against the stand-in and the desk, as the receptionist does: a tool's own sentence ends the turn. */
export function play(lines: readonly string[], desk = new SampleDesk(), prompt = PROMPT): SampleCall {
  const greeting = 'Riverside Example Dental, good day. How can I help you?';
  const messages: ChatMessage[] = [
    { role: 'system', content: prompt },
    { role: 'assistant', content: greeting },
  ];
  const said: string[] = [];
  const log: string[] = [];
  for (const line of lines) {
    if (desk.ended) break;
    desk.turn++;
    messages.push({ role: 'user', content: line });
    log.push(`> ${line.slice(0, 200)}`);
    said.push(reply(messages, desk, log));
  }
  return { desk, said, transcript: log.join('\n') };
}

function reply(messages: ChatMessage[], desk: SampleDesk, log: string[]): string {
  for (let step = 0; step < MAX_STEPS; step++) {
    const request = {
      model: 'm',
      messages,
      tools: DESK_TOOLS,
      tool_choice: 'auto',
      response_format: undefined,
    };
    const decision = decide(request);
    if (decision.kind === 'say') {
      messages.push({ role: 'assistant', content: decision.text });
      log.push(`  ${decision.text}`);
      return decision.text;
    }
    checkArgs(decision.name, decision.args);
    const result = desk.run(decision.name, decision.args);
    const id = `c${messages.length}`;
    const call = { name: decision.name, arguments: JSON.stringify(decision.args) };
    log.push(`  [${call.name} ${call.arguments}]`);
    messages.push({ role: 'assistant', content: null, tool_calls: [{ id, function: call }] });
    messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(result) });
    if (typeof result.say !== 'string') continue;
    messages.push({ role: 'assistant', content: result.say });
    log.push(`  ${result.say}`);
    return result.say;
  }
  throw new Error(`no end of calling tools:\n${log.join('\n')}`);
}

function checkArgs(name: string, args: Record<string, unknown>): void {
  const tool = readTools(DESK_TOOLS).find((one) => one.name === name);
  if (!tool) throw new Error(`unknown tool ${name}`);
  for (const param of tool.params) {
    const value = args[param.name];
    const given = value !== undefined;
    if (param.required ? !given : given && !fits(param, value as never))
      throw new Error(`${name}: bad ${param.name}`);
  }
  for (const key of Object.keys(args))
    if (!tool.params.some((param) => param.name === key)) throw new Error(`${name}: unknown ${key}`);
}
