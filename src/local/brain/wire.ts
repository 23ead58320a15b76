import { z } from 'zod';
import type { JsonObject } from './schema.ts';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(part)]).nullish(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string().nullish(),
        function: z.looseObject({ name: z.string(), arguments: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
  tool_call_id: z.string().nullish(),
});
/** The part of OpenAI's chat completions request that is read; everything else is accepted and ignored. */
export const chatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1).max(2_000),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: z.unknown().optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});
/** A chat completions request. */
export type ChatRequest = z.infer<typeof chatRequest>;
/** One message of it. */
export type ChatMessage = z.infer<typeof message>;

/** What to answer: words, or a tool call (with words before it, if any). */
export type Decision =
  { kind: 'say'; text: string } | { kind: 'call'; name: string; args: JsonObject; text?: string };

/** A call as it is compared with others: the tool's name and its arguments in a fixed order. */
export function calledAs(name: string, args: JsonObject): string {
  const sorted = Object.entries(args).sort(([a], [b]) => a.localeCompare(b));
  return `${name} ${JSON.stringify(sorted)}`;
}

/** The text of a message: its string, or its text parts. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((one) => one.text ?? '').join('\n');
}

/** Token counts by the usual rule of four characters to a token. */
export function usageOf(request: ChatRequest, decision: Decision): Record<string, unknown> {
  const prompt = Math.ceil(JSON.stringify([request.messages, request.tools ?? []]).length / 4);
  const written =
    decision.kind === 'say' ? decision.text : `${decision.text ?? ''}${JSON.stringify(decision.args)}`;
  const completion = Math.max(1, Math.ceil(written.length / 4));
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}

/** What identifies one completion. */
export interface CompletionHead {
  id: string;
  created: number;
  model: string;
}

/** The whole completion, for a request without `stream`. */
export function completionOf(head: CompletionHead, request: ChatRequest, decision: Decision): unknown {
  const call = decision.kind === 'call' ? decision : undefined;
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: decision.text ?? null,
          refusal: null,
          ...(call ? { tool_calls: [toolCall(head, call.name, JSON.stringify(call.args))] } : {}),
        },
        logprobs: null,
        finish_reason: call ? 'tool_calls' : 'stop',
      },
    ],
    usage: usageOf(request, decision),
  };
}

function toolCall(head: CompletionHead, name: string, args: string): unknown {
  return { id: callId(head), type: 'function', function: { name, arguments: args } };
}

function callId(head: CompletionHead): string {
  return `call_${head.id.replace(/\W/g, '').slice(-24)}`;
}

/** The deltas of a streamed completion, one to a token; a tool call is an id-and-name delta and argument fragments. */
export function deltasOf(head: CompletionHead, decision: Decision): unknown[] {
  const words = (decision.text ?? '').match(/\s*\S+\s*$|\s*\S+/g) ?? [];
  const spoken = words.map((word) => ({ content: word }));
  const first = { role: 'assistant', content: decision.kind === 'say' ? '' : null, refusal: null };
  if (decision.kind === 'say') return [first, ...spoken];
  const named = {
    index: 0,
    id: callId(head),
    type: 'function',
    function: { name: decision.name, arguments: '' },
  };
  const fragments = JSON.stringify(decision.args).match(/[\s\S]{1,12}/g) ?? [];
  return [
    first,
    ...spoken,
    { tool_calls: [named] },
    ...fragments.map((fragment) => ({ tool_calls: [{ index: 0, function: { arguments: fragment } }] })),
  ];
}

/** One streamed chunk; `finish` on the last one of the choice. */
export function chunkOf(
  head: CompletionHead,
  delta: unknown,
  finish: 'stop' | 'tool_calls' | null = null,
): unknown {
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  };
}

/** OpenAI's error body. */
export function errorBody(message: string, type: string, code: string | null): unknown {
  return { error: { message, type, param: null, code } };
}
