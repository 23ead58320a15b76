import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Visit } from '../faults.ts';
import {
  type ChatRequest,
  type CompletionHead,
  type Decision,
  chunkOf,
  completionOf,
  deltasOf,
  usageOf,
} from './wire.ts';

/** How fast tokens come: the first one after `firstTokenMs`, each further one `tokenMs` later. */
export interface Pace {
  firstTokenMs: number;
  tokenMs: number;
}

/** One answer on its way. */
export interface Delivery {
  asked: ChatRequest;
  decision: Decision;
  response: ServerResponse;
  visit: Visit | undefined;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** When the request came, by `performance.now()`. */
  startMs: number;
  pace: Pace;
}

/** Sends a completion at a model's pace, whole or as server-sent events; rejects with the signal's reason when the client goes. */
export async function sendCompletion(delivery: Delivery): Promise<void> {
  const { asked, decision, response, visit, signal } = delivery;
  const head: CompletionHead = {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1_000),
    model: asked.model,
  };
  const deltas = deltasOf(head, decision);
  if (asked.stream === true) {
    await stream(delivery, head, deltas);
    return;
  }
  await until(delivery, deltas.length);
  // a whole answer is one piece: it has begun when it is due
  if (visit?.mode === 'stall') await forever(signal);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(completionOf(head, asked, decision)));
}

async function stream(delivery: Delivery, head: CompletionHead, deltas: readonly unknown[]): Promise<void> {
  const { asked, decision, response, visit, signal } = delivery;
  const send = async (data: unknown): Promise<void> => {
    if (visit?.silent) await forever(signal);
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  };
  await until(delivery, 0);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  for (const [at, delta] of deltas.entries()) {
    // the delta that only names the role costs no token
    await until(delivery, Math.max(0, at - 1));
    await send(chunkOf(head, delta));
    if (at > 0) visit?.sent();
  }
  await send(chunkOf(head, {}, decision.kind === 'call' ? 'tool_calls' : 'stop'));
  if (asked.stream_options?.include_usage === true)
    await send({ ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(asked, decision) });
  response.end('data: [DONE]\n\n');
}

async function until({ startMs, pace, signal }: Delivery, tokens: number): Promise<void> {
  const leftMs = startMs + pace.firstTokenMs + tokens * pace.tokenMs - performance.now();
  if (leftMs >= 1) await delay(leftMs, undefined, { signal });
  signal.throwIfAborted();
}

/** Ends only when the signal is aborted, with its reason. */
export async function forever(signal: AbortSignal): Promise<never> {
  return new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
