import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Brain, startBrain } from '../local/brain.ts';
import { type LanguageFront, startLanguageFront } from './language-front.ts';

let brain: Brain;
let front: LanguageFront;

beforeAll(async () => {
  brain = await startBrain({ firstTokenMs: 0, tokensPerSecond: 1_000_000 });
  front = await startLanguageFront(`${brain.url}/v1`);
});
afterAll(async () => {
  await front.stop();
  await brain.stop();
});
beforeEach(() => front.misbehave([]));

async function ask(stream = false): Promise<{ status: number; body: string }> {
  const response = await fetch(`${front.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer an-invented-key', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'any', stream, messages: [{ role: 'user', content: 'Hello?' }] }),
  });
  return { status: response.status, body: await response.text() };
}

test('without a fault the answer is the service’s own, whole or in pieces', async () => {
  expect(JSON.parse((await ask()).body)).toMatchObject({ object: 'chat.completion' });
  const { body } = await ask(true);
  expect(body.startsWith('data: {')).toBe(true);
  expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true);
});

test('its refusals are passed on too', async () => {
  const response = await fetch(`${front.url}/models`);
  expect(response.status).toBe(401);
});

describe('a fault counts requests', () => {
  test('and answers with a status when it is due', async () => {
    front.misbehave([{ at: 'language', status: 503, after: 1, times: 2 }]);
    const statuses = [(await ask()).status, (await ask()).status, (await ask()).status, (await ask()).status];
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  test('and puts words or a tool into the model’s mouth', async () => {
    const model = { at: 'model' as const, after: 0, times: 1, text: '', arguments: {} };
    front.misbehave([
      { ...model, text: 'Booked.' },
      { ...model, tool: 'drop_tables', arguments: { sure: true }, after: 1 },
    ]);
    expect(JSON.parse((await ask()).body)).toMatchObject({ choices: [{ message: { content: 'Booked.' } }] });
    const { choices } = JSON.parse((await ask()).body) as {
      choices: { message: { tool_calls: { function: unknown }[] } }[];
    };
    expect(choices[0]?.message.tool_calls[0]?.function).toEqual({
      name: 'drop_tables',
      arguments: '{"sure":true}',
    });
  });
});
