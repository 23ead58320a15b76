import fc from 'fast-check';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { SUMMARY } from '../config/desk-defaults.ts';
import { startBrain } from '../local/brain.ts';
import { type Line, openaiSummaries, transcriptOf } from './summary.ts';

const LINES: Line[] = [
  { who: 'agent', text: 'Invented Dental, good day. How can I help you?' },
  { who: 'caller', text: 'I am [name] and need a check-up on Tuesday.' },
  { who: 'agent', text: "You're booked for Tuesday the 24th of November at 10 in the morning." },
];
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A provider that answers with this status and body. */
async function provider(status: number, body: unknown) {
  const models: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      models.push((JSON.parse(text) as { model: string }).model);
      if (status > 0)
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, models };
}
const says = (content: unknown) => ({
  choices: [{ message: { content: typeof content === 'string' ? content : JSON.stringify(content) } }],
  usage: { prompt_tokens: 400, completion_tokens: 60, prompt_tokens_details: { cached_tokens: 100 } },
});
const summariesAt = (url: string, answerMs = 2_000) =>
  openaiSummaries(makeConfig({ OPENAI_BASE_URL: url }).openai, answerMs);

test('the local stand-in writes a record, and says that it is none of a model', async () => {
  const brain = await startBrain({ firstTokenMs: 1, tokensPerSecond: 10_000 });
  stops.push(() => brain.stop());
  expect(await summariesAt(`${brain.url}/v1`)(LINES, 1)).toMatchObject({
    summary: expect.stringMatching(
      /^Written by the local stand-in, not by a model\. The caller said: I am \[name\]/,
    ),
    disposition: 'appointment_booked',
  });
});

test('a model’s answer is taken with what it has cost, cut, and cleared of control characters', async () => {
  const summary = `Booked.\u0000\u202E\n\n${'é'.repeat(5_000)}`;
  const { url } = await provider(200, says({ summary, disposition: 'appointment_booked' }));
  const made = await summariesAt(url)(LINES, 1);
  expect(made).toMatchObject({
    disposition: 'appointment_booked',
    usage: {
      'OpenAI/gpt-4.1-mini/input_tokens': 400,
      'OpenAI/gpt-4.1-mini/cached_tokens': 100,
      'OpenAI/gpt-4.1-mini/output_tokens': 60,
    },
  });
  expect('summary' in made && made.summary).toMatch(/^Booked\. é+$/);
  expect('summary' in made && made.summary.length).toBe(SUMMARY.chars);
});

test('the fallback model is asked from the second try on', async () => {
  const { url, models } = await provider(200, says({ summary: 'Done.', disposition: 'other' }));
  const summarise = summariesAt(url);
  for (const attempt of [1, 2, 3]) await summarise(LINES, attempt);
  expect(models).toEqual(['gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4.1-nano']);
});

describe('what is no answer is a failure, told without a word of it', () => {
  test.each([
    ['words', 200, says('A nice call with Adaline.'), 'the answer is not of the form'],
    ['another form', 200, says({ text: 'Adaline' }), 'the answer is not of the form'],
    [
      'a disposition of its own',
      200,
      says({ summary: 'x', disposition: 'drop table' }),
      'the answer is not of the form',
    ],
    ['no text', 200, says({ summary: ' \u0000 ', disposition: 'other' }), 'the answer has no text'],
    ['no choices', 200, {}, 'the answer is not of the form'],
    ['a refusal', 429, { error: { message: 'Adaline' } }, 'the provider answered 429'],
    ['an error', 500, 'Adaline', 'the provider answered 500'],
  ])('%s', async (_, status, body, failed) => {
    const { url } = await provider(status, body);
    expect(await summariesAt(url)(LINES, 1)).toMatchObject({ failed });
  });

  test('silence, and nobody there', async () => {
    const { url } = await provider(0, undefined);
    expect(await summariesAt(url, 20)(LINES, 1)).toMatchObject({ failed: 'no answer in time' });
    expect(await summariesAt('http://127.0.0.1:1/v1')(LINES, 1)).toMatchObject({
      failed: 'the provider could not be reached',
    });
  });
});

test('a transcript of any length is of bounded size, and a long one has beginning and end', () => {
  const long = Array.from({ length: 2_000 }, (_, n): Line => ({ who: 'caller', text: `word ${n} 😀` }));
  const text = transcriptOf(long, 1_000);
  expect(text.length).toBeLessThan(1_100);
  expect(text).toContain('word 0');
  expect(text).toContain('word 1999');
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 10, max: 500 }), (texts, chars) => {
      const lines = texts.map((one): Line => ({ who: 'agent', text: one }));
      expect(transcriptOf(lines, chars).length).toBeLessThanOrEqual(chars + 60);
    }),
  );
});
