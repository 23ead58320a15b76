import { initializeLogger, llm } from '@livekit/agents';
import { LLM } from '@livekit/agents-plugin-openai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Brain, startBrain } from './brain.ts';
import { Faults } from './faults.ts';

const SYSTEM = 'You are the receptionist of Example Dental.\nQ: Is there parking? A: Yes, behind the house.';
const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'find_slots',
      description: 'Find free times',
      parameters: {
        type: 'object',
        properties: { service: { type: 'string', enum: ['check-up', 'cleaning'] }, day: { type: 'string' } },
        required: ['service'],
      },
    },
  },
];
const messages = (said: string): OpenAI.ChatCompletionMessageParam[] => [
  { role: 'system', content: SYSTEM },
  { role: 'user', content: said },
];

const faults = new Faults();
let brain: Brain;
let client: OpenAI;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  brain = await startBrain({ firstTokenMs: 5, tokensPerSecond: 2_000, faults });
  client = new OpenAI({ baseURL: `${brain.url}/v1`, apiKey: 'test', maxRetries: 0 });
});
afterAll(async () => {
  await brain.stop();
  expect(faults.snapshot().chat.active).toBe(0);
});

describe('the OpenAI SDK', () => {
  test('gets words, whole or as a stream with usage', async () => {
    const asked = { model: 'gpt-4.1', messages: messages('is there parking?') };
    const { data: whole, response } = await client.chat.completions.create(asked).withResponse();
    expect(response.headers.get('x-openhours-stand-in')).toBe('language');
    expect(whole.choices[0]).toMatchObject({
      message: { content: 'Yes, behind the house.' },
      finish_reason: 'stop',
    });
    const stream = await client.chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'Yes, behind the house.',
    );
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: expect.any(Number) as unknown },
    });
  });

  test('gets a tool call, whole or in fragments', async () => {
    const asked = { model: 'gpt-4.1', messages: messages('a check up tomorrow please'), tools: TOOLS };
    const whole = await client.chat.completions.create(asked);
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [{ type: 'function', function: { name: 'find_slots' } }] },
    });
    const stream = client.chat.completions.stream(asked);
    const final = await stream.finalChatCompletion();
    const [call] = final.choices[0]?.message.tool_calls ?? [];
    expect(call?.id).toMatch(/^call_/);
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual({ service: 'check-up', day: 'tomorrow' });
  });

  test('lists models, and is refused without a good key or with nonsense', async () => {
    expect((await client.models.list()).data.map((model) => model.id)).toContain('gpt-4.1');
    const stranger = new OpenAI({ baseURL: `${brain.url}/v1`, apiKey: 'invalid', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    const post = (body: string, key = 'Bearer test') =>
      fetch(`${brain.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: key }, body });
    expect((await post('{}', '')).status).toBe(401);
    expect((await post('nonsense')).status).toBe(400);
    expect(await (await post('{"model":"m","messages":[]}')).json()).toMatchObject({
      error: { type: 'invalid_request_error' },
    });
    expect((await post('x'.repeat(2_000_001))).status).toBe(413);
    expect((await fetch(`${brain.url}/v1/nothing`)).status).toBe(404);
  });

  test('meets the faults that were set', async () => {
    const asked = { model: 'm', messages: messages('is there parking?'), stream: true } as const;
    faults.set({ target: 'chat', mode: 'rate_limited', times: 1 });
    await expect(client.chat.completions.create(asked)).rejects.toMatchObject({ status: 429 });
    faults.set({ target: 'chat', mode: 'refuse', times: 1 });
    await expect(client.chat.completions.create(asked)).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
    faults.set({ target: 'chat', mode: 'hang', times: 1 });
    await expect(client.chat.completions.create(asked, { timeout: 40 })).rejects.toBeInstanceOf(
      OpenAI.APIConnectionTimeoutError,
    );
    faults.set({ target: 'chat', mode: 'stall', times: 1, afterMs: 0 });
    const stalled = new AbortController();
    const stream = await client.chat.completions.create(asked, { signal: stalled.signal });
    const chunks = stream[Symbol.asyncIterator]();
    await chunks.next();
    expect((await chunks.next()).value).toMatchObject({ choices: [{ delta: { content: 'Yes,' } }] });
    const third = chunks.next().then(
      () => 'chunk',
      () => 'ended',
    );
    // a whole other answer fits into the silence
    await client.chat.completions.create({ model: 'm', messages: messages('is there parking?') });
    expect(await Promise.race([third, Promise.resolve('silence')])).toBe('silence');
    stalled.abort();
    await third;
    const status = await fetch(`${brain.url}/_control`);
    expect(await status.json()).toMatchObject({ chat: { faulted: 4, mode: 'ok' } });
  });
});

describe("LiveKit's OpenAI plugin", () => {
  test('streams words and a tool call', async () => {
    const model = new LLM({ model: 'gpt-4.1', apiKey: 'test', baseURL: `${brain.url}/v1` });
    const tools = {
      find_slots: llm.tool({
        description: 'Find free times',
        parameters: z.object({ service: z.enum(['check-up', 'cleaning']), day: z.string().optional() }),
        execute: () => Promise.resolve(''),
      }),
    };
    const heard = async (said: string) => {
      const chatCtx = llm.ChatContext.empty();
      chatCtx.addMessage({ role: 'system', content: SYSTEM });
      chatCtx.addMessage({ role: 'user', content: said });
      let text = '';
      const calls: llm.FunctionCall[] = [];
      let usage = 0;
      for await (const chunk of model.chat({ chatCtx, toolCtx: tools })) {
        text += chunk.delta?.content ?? '';
        calls.push(...(chunk.delta?.toolCalls ?? []));
        usage += chunk.usage?.completionTokens ?? 0;
      }
      return {
        text,
        usage,
        calls: calls.map(({ name, args }) => ({ name, args: JSON.parse(args) as unknown })),
      };
    };
    expect(await heard('Is there parking?')).toMatchObject({ text: 'Yes, behind the house.', calls: [] });
    const called = await heard('I would like a clean in on Friday.');
    expect(called.calls).toEqual([{ name: 'find_slots', args: { service: 'cleaning', day: 'friday' } }]);
    expect(called.usage).toBeGreaterThan(0);
  });
});

test('the first token and the rate are shaped', async () => {
  const slow = await startBrain({ firstTokenMs: 80, tokensPerSecond: 100 });
  const own = new OpenAI({ baseURL: `${slow.url}/v1`, apiKey: 'test', maxRetries: 0 });
  const startMs = performance.now();
  const times: number[] = [];
  for await (const chunk of await own.chat.completions.create({
    model: 'm',
    messages: messages('is there parking?'),
    stream: true,
  }))
    if (chunk.choices[0]?.delta.content) times.push(performance.now() - startMs);
  await slow.stop();
  expect(times[0]).toBeGreaterThanOrEqual(78);
  // Four words, 10 ms apart; a busy machine reads several at once, and none too early.
  expect(times.at(-1)).toBeGreaterThanOrEqual(78 + 25);
});
