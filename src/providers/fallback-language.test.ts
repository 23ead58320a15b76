import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, llm } from '@livekit/agents';
import { LLM } from '@livekit/agents-plugin-openai';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { FallbackLanguage, type FallbackLanguageOptions } from './fallback-language.ts';
import { openaiClient } from './openai-client.ts';

/** For a model that is to fail by its silence, and for one that is to succeed however busy the machine is. */
const SHORT = { firstByteMs: 300, idleMs: 300 };
/** For one that begins, and then stalls. */
const STALLING = { firstByteMs: 5_000, idleMs: 300 };
const LONG = { firstByteMs: 5_000, idleMs: 5_000 };
const APOLOGY = 'I am sorry.';

/** What the fake service does for a request: pieces are sent one after the other, a number is a pause in ms. */
interface Script {
  status?: number;
  pieces?: (Piece | number)[];
  end?: 'done' | 'cut' | 'hang' | 'refuse' | 'garbage';
}
type Piece = { text: string } | { call: string } | { args: string } | { finish: string };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

function chunkOf(piece: Piece): object {
  const call = (rest: object) => ({ tool_calls: [{ index: 0, ...rest }] });
  const delta =
    'text' in piece
      ? { content: piece.text }
      : 'call' in piece
        ? call({ id: 'call-1', type: 'function', function: { name: piece.call, arguments: '' } })
        : 'args' in piece
          ? call({ function: { arguments: piece.args } })
          : {};
  const finish_reason = 'finish' in piece ? piece.finish : null;
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  };
}

async function perform(
  response: ServerResponse,
  { status, pieces = [], end = 'done' }: Script,
): Promise<void> {
  const socket = response.socket;
  if (end === 'refuse') return void socket?.resetAndDestroy();
  if (status !== undefined) {
    return void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end('{"error":{"message":"no"}}');
  }
  if (end === 'hang' && pieces.length === 0) return;
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  for (const piece of pieces) {
    if (typeof piece === 'number') await new Promise((resolve) => setTimeout(resolve, piece));
    else response.write(`data: ${JSON.stringify(chunkOf(piece))}\n\n`);
  }
  // The pieces arrive before the connection goes.
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (end === 'cut') socket?.destroy();
  if (end === 'garbage') response.end('data: <html>Bad gateway</html>\n\n');
  if (end === 'done') response.end('data: [DONE]\n\n');
}

/** A service whose models follow scripts: one script for each request, the last one again and again. */
async function fakeOpenai(scripts: Record<string, Script[]>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part as string;
      const { model } = JSON.parse(body) as { model: string };
      asked.push(model);
      const list = scripts[model] ?? [];
      await perform(response, (list.length > 1 ? list.shift() : list[0]) ?? {});
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { asked, baseUrl };
}

async function languageOf(
  scripts: Record<string, Script[]>,
  options: Partial<FallbackLanguageOptions> = {},
  first = LONG,
) {
  const { asked, baseUrl } = await fakeOpenai(scripts);
  const access = { apiKey: 'key', baseUrl };
  const onLost = vi.fn();
  const models = Object.keys(scripts).map(
    (model, index) => new LLM({ model, client: openaiClient(access, index === 0 ? first : LONG) }),
  );
  const language = new FallbackLanguage(models, { apology: APOLOGY, onLost, answerMs: 5_000, ...options });
  const errors: unknown[] = [];
  language.on('error', (error) => errors.push(error));
  cleanups.push(() => language.aclose());
  return { language, asked, onLost, errors };
}

const toolCtx = new llm.ToolContext([
  llm.tool({
    name: 'book',
    description: 'Books.',
    parameters: z.object({ day: z.string() }),
    execute: async () => 'done',
  }),
]);

async function ask(language: llm.LLM, tools = false) {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Hello?' });
  const { text, toolCalls } = await language.chat({ chatCtx, ...(tools ? { toolCtx } : {}) }).collect();
  return { text, calls: toolCalls.map(({ name, args }) => `${name}(${args})`) };
}

const GOOD: Script = { pieces: [{ text: 'Good ' }, { text: 'day.' }, { finish: 'stop' }] };
const CALL: Script = {
  pieces: [{ call: 'book' }, { args: '{"day":' }, { args: '"Monday"}' }, { finish: 'tool_calls' }],
};

describe('FallbackLanguage', () => {
  it('leaves the second model alone while the first one answers', async () => {
    const { language, asked } = await languageOf({ first: [GOOD], second: [GOOD] });
    expect(await ask(language)).toEqual({ text: 'Good day.', calls: [] });
    expect([asked, language.model]).toEqual([['first'], 'first']);
  });

  it.each<[string, Script]>([
    ['is refused', { end: 'refuse' }],
    ['has a bad key', { status: 401 }],
    ['is asked too often', { status: 429 }],
    ['has an error of its own', { status: 500 }],
    ['hangs', { end: 'hang' }],
    ['is late', { ...GOOD, pieces: [900, ...(GOOD.pieces ?? [])] }],
    ['stalls before a word', { pieces: [{ text: '' }], end: 'hang' }],
    ['is cut off before a word', { pieces: [{ text: '' }], end: 'cut' }],
    ['answers with garbage', { end: 'garbage' }],
    ['ends without an answer', { pieces: [{ finish: 'stop' }] }],
    ['stalls within a tool call', { pieces: [{ call: 'book' }, { args: '{"day":' }], end: 'hang' }],
    ['is cut off within a tool call', { pieces: [{ call: 'book' }, { args: '{"day":' }], end: 'cut' }],
  ])('asks the second model when the first %s', async (_, script) => {
    const { language, asked, errors, onLost } = await languageOf(
      { first: [script], second: [GOOD] },
      {},
      SHORT,
    );
    expect(await ask(language, true)).toEqual({ text: 'Good day.', calls: [] });
    expect([asked, language.model]).toEqual([['first', 'second'], 'second']);
    expect([errors, onLost.mock.calls]).toEqual([[], []]);
  });

  it.each<Script['end']>(['hang', 'cut', 'garbage'])(
    'ends the answer where it stopped, rather than start another one: %s',
    async (end) => {
      const script: Script = {
        pieces: [{ text: 'I can offer you' }, { text: ' Tuesday' }],
        end: end ?? 'cut',
      };
      const { language, asked, errors, onLost } = await languageOf(
        { first: [script], second: [GOOD] },
        {},
        STALLING,
      );
      expect(await ask(language, true)).toEqual({ text: 'I can offer you Tuesday', calls: [] });
      expect([asked, errors, onLost.mock.calls]).toEqual([['first'], [], []]);
    },
  );

  it('asks for a tool call again that was lost after it had been announced, and for nothing else', async () => {
    const script: Script = { pieces: [{ text: 'One moment, please.' }, { call: 'book' }], end: 'hang' };
    const other: Script = { pieces: [{ text: 'Let me see.' }, ...(CALL.pieces ?? [])] };
    const { language, asked } = await languageOf({ first: [script], second: [other] }, {}, STALLING);
    expect(await ask(language, true)).toEqual({
      text: 'One moment, please.',
      calls: ['book({"day":"Monday"})'],
    });
    expect(asked).toEqual(['first', 'second']);
  });

  it('adds no words of another model to those that were said', async () => {
    const script: Script = { pieces: [{ text: 'You are booked.' }], end: 'cut' };
    const { language } = await languageOf({ first: [script], second: [GOOD] }, {}, STALLING);
    expect(await ask(language, true)).toEqual({ text: 'You are booked.', calls: [] });
  });

  it('waits for a tool call whose arguments take longer than the first words may', async () => {
    const args = [...'{"day":"Monday"}'].flatMap((char) => [{ args: char }, 40]);
    const slow: Script = { pieces: [{ call: 'book' }, ...args, { finish: 'tool_calls' }] };
    const limits = { firstByteMs: 500, idleMs: 500 };
    const { language, asked } = await languageOf({ first: [slow], second: [GOOD] }, {}, limits);
    expect(await ask(language, true)).toEqual({ text: '', calls: ['book({"day":"Monday"})'] });
    expect(asked).toEqual(['first']);
  });

  it('gives up on a model that is busy for ever and says nothing', async () => {
    const busy = Array.from({ length: 60 }, () => [{ text: '' }, 10]).flat();
    const { language } = await languageOf(
      { first: [{ pieces: busy, end: 'hang' }], second: [GOOD] },
      { answerMs: 400 },
    );
    expect((await ask(language)).text).toBe('Good day.');
  });

  it('apologises once, without an error, when no model answers, and tells the call', async () => {
    const { language, errors, onLost } = await languageOf({
      first: [{ status: 401 }],
      second: [{ status: 429 }],
    });
    for (let turn = 1; turn <= 6; turn += 1) {
      expect(await ask(language)).toEqual({ text: APOLOGY, calls: [] });
      expect(onLost).toHaveBeenCalledTimes(turn);
    }
    expect(errors).toEqual([]);
  });

  it('does not ask a model that failed twice, until ten seconds have passed', async () => {
    const clock = { ms: 0 };
    const breaker = { nowMs: () => clock.ms };
    const scripts = { first: [{ status: 500 }, { status: 500 }, GOOD], second: [GOOD] };
    const { language, asked } = await languageOf(scripts, { breaker });
    for (let turn = 0; turn < 4; turn += 1) await ask(language);
    expect(asked).toEqual(['first', 'second', 'first', 'second', 'second', 'second']);
    clock.ms = 10_000;
    expect((await ask(language)).text).toBe('Good day.');
    expect(asked.at(-1)).toBe('first');
  });

  it('counts an interrupted answer as nobody’s failure, and leaves no request open', async () => {
    const script: Script = { pieces: [{ text: 'A long' }, 30, { text: ' story' }], end: 'hang' };
    const { language, asked, onLost } = await languageOf({
      first: [script, script, script, GOOD],
      second: [GOOD],
    });
    for (let turn = 0; turn < 3; turn += 1) {
      const stream = language.chat({ chatCtx: llm.ChatContext.empty() });
      await stream.next();
      stream.close();
    }
    expect((await ask(language)).text).toBe('Good day.');
    expect([asked, onLost.mock.calls]).toEqual([['first', 'first', 'first', 'first'], []]);
  });

  it('does not take the failure of one answer for that of another under way at the same time', async () => {
    const slow: Script = { pieces: [{ text: 'Good ' }, 20, { text: 'day.' }, { finish: 'stop' }] };
    const { language, asked } = await languageOf({ first: [slow, { status: 500 }], second: [GOOD] });
    const answers = await Promise.all([ask(language), ask(language)]);
    expect(answers.map(({ text }) => text)).toEqual(['Good day.', 'Good day.']);
    expect(asked).toEqual(['first', 'first', 'second']);
  });

  it('logs one line for each switch, without what was said', async () => {
    const warn = vi.fn();
    const log = { warn } as unknown as NonNullable<FallbackLanguageOptions['log']>;
    const { language } = await languageOf({ first: [{ status: 429 }], second: [GOOD] }, { log });
    await ask(language);
    expect(warn.mock.calls).toEqual([
      [expect.objectContaining({ model: 'first', reason: 'status 429' }), 'language model failed'],
    ]);
  });
});
