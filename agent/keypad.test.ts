import { llm } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCall } from '../test/support/live-call.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import { KEYPAD } from '../src/config/desk-defaults.ts';
import type { KeypadSubject } from './keypad-state.ts';
import { Keypad } from './keypad.ts';
import { PRESSED_ZERO, TYPED_CODE, dueCall, isMurmur, takeKeys } from './keys.ts';
import { Receptionist } from './receptionist.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const BORN = '[typed on the keypad: 03 05 1990]';

/** A call whose keys are listened to; `turns` is what they come to as the caller's turns. */
function listening(asked?: KeypadSubject) {
  const fake = new FakeCall();
  const turns: string[] = [];
  let cleared = 0;
  Object.assign(fake.session, {
    generateReply: ({ userInput }: { userInput: string }) => void turns.push(userInput),
    clearUserTurn: () => (cleared += 1),
  });
  if (asked !== undefined) fake.state.keypad.request = { what: asked, turnIndex: 0 };
  const keypad = new Keypad(fake.call);
  const from = (identity: string) => (key: string, code?: number) =>
    fake.room.emit(RoomEvent.DtmfReceived, code ?? '0123456789*#'.indexOf(key), key, { identity });
  const press = (keys: string) => [...keys].forEach((key) => from('caller')(key));
  return { fake, keypad, turns, press, from, cleared: () => cleared };
}

describe('keys that were asked for', () => {
  test('are handed over with the hash key', () => {
    const { turns, press, fake } = listening('birth_date');
    press('0305199');
    expect(turns).toEqual([]);
    press('0#');
    expect(turns).toEqual([BORN]);
    expect(fake.state.keypad.keys).toBeUndefined();
  });

  test('are handed over after a pause, which each key begins anew', async () => {
    const { turns, press } = listening('birth_date');
    for (const key of '03051990') {
      press(key);
      await pass(KEYPAD.pauseMs / 4);
    }
    expect(turns).toEqual([]);
    await pass(KEYPAD.pauseMs);
    expect(turns).toEqual([BORN]);
    press('#');
    expect(turns).toHaveLength(1);
  });

  test('are handed over as they are after the time for all of them', async () => {
    const { turns, press } = listening('phone');
    for (let at = 0; at * 4_000 < KEYPAD.wholeMs; at += 1) {
      press(String(at));
      await pass(4_000);
    }
    expect(turns).toEqual(['[typed on the keypad: 01234]']);
  });

  test('are no more than there can be', () => {
    const { turns, press } = listening('phone');
    press('1'.repeat(KEYPAD.digits));
    expect(turns).toEqual([`[typed on the keypad: ${'1'.repeat(KEYPAD.digits)}]`]);
  });

  test('begin anew with star, and with its own time', async () => {
    const { turns, press } = listening('birth_date');
    press('9999');
    await pass(KEYPAD.pauseMs - 1);
    press('*');
    await pass(KEYPAD.pauseMs - 1);
    press('03051990#');
    expect(turns).toEqual([BORN]);
  });

  test('do not end with a hash key before anything was typed, and a star alone is nothing', async () => {
    const { turns, press, fake } = listening('birth_date');
    press('#*#');
    await pass(KEYPAD.pauseMs);
    expect(turns).toEqual([]);
    expect(fake.state.keypad).toMatchObject({ keys: undefined, request: { what: 'birth_date' } });
    press('03051990#');
    expect(turns).toEqual([BORN]);
  });

  test('stop the sentence that is being said', () => {
    const { press, fake } = listening('birth_date');
    press('03');
    expect(fake.session.interrupted).toBe(1);
    expect(fake.receiver.stopped).toBe(1);
  });

  test('are the caller’s alone, and by their code where the bridge leaves the character out', () => {
    const { turns, press, from } = listening('birth_date');
    press('0305');
    from('somebody')('9');
    from('caller')('A', 12);
    from('caller')('', 1);
    press('990#');
    expect(turns).toEqual([BORN]);
  });

  test('may be none that are known, from nobody, without harm', () => {
    const { turns, fake } = listening('phone');
    fake.room.emit(RoomEvent.DtmfReceived, 1, '1', undefined);
    fake.room.emit(RoomEvent.DtmfReceived, 99, 'xx', { identity: 'caller' });
    expect(turns).toEqual([]);
    expect(fake.state.keypad.keys).toBeUndefined();
  });

  test('are in no log', () => {
    const { press, fake } = listening('code');
    press('4711#');
    expect(JSON.stringify(fake.lines)).not.toContain('4711');
    expect(fake.state.keypad.code).toBe('4711');
  });

  test('mean nothing once the call is being finished, or listened to elsewhere', () => {
    const { turns, press, fake, keypad } = listening('birth_date');
    fake.state.silenced = true;
    press('0#');
    fake.state.silenced = false;
    press('03');
    keypad.stop();
    press('051990#');
    expect(turns).toEqual([]);
    expect(fake.room.listenerCount(RoomEvent.DtmfReceived)).toBe(0);
  });

  test('do not end the call when they cannot be answered', () => {
    const { press, fake } = listening('birth_date');
    const closed = () => {
      throw new Error('AgentSession is not running');
    };
    Object.assign(fake.session, { generateReply: closed, interrupt: closed });
    expect(() => press('03051990#')).not.toThrow();
  });
});

describe('0', () => {
  test('means a person, once for each time it is pressed', async () => {
    const { turns, press } = listening();
    press('00');
    expect(turns).toEqual([]);
    await pass(KEYPAD.loneMs);
    expect(turns).toEqual([PRESSED_ZERO]);
    await pass(KEYPAD.againMs);
    press('0#');
    expect(turns).toHaveLength(2);
  });

  test('is the first digit of a date of birth that nobody has asked for', async () => {
    const { turns, press, fake } = listening();
    for (const key of '03051990') {
      press(key);
      await pass(KEYPAD.loneMs - 100);
    }
    expect(fake.session.interrupted).toBe(1);
    await pass(KEYPAD.pauseMs);
    expect(turns).toEqual([BORN]);
  });

  test.each(['4711', '99999999', '12'])(
    'does not come of other digits that nobody has asked for: %s',
    async (keys) => {
      const { turns, press } = listening();
      press(keys);
      await pass(KEYPAD.pauseMs);
      expect(turns).toEqual([]);
    },
  );

  test('stays one after another key, once that has been left alone', async () => {
    const { turns, press } = listening();
    press('5');
    await pass(KEYPAD.loneMs);
    press('0');
    await pass(KEYPAD.loneMs);
    expect(turns).toEqual([PRESSED_ZERO]);
  });

  test('is nothing more while the caller is being connected', () => {
    const { turns, press, fake } = listening();
    fake.state.transferWish = { reason: 'asked_for', turnIndex: 1, after: '' };
    press('0');
    expect(turns).toEqual([]);
  });

  test('means a person when it is all that was typed, with the hash key or without', async () => {
    const first = listening('birth_date');
    first.press('0#');
    const second = listening('phone');
    second.press('0');
    expect(second.turns).toEqual([]);
    await pass(KEYPAD.pauseMs);
    expect([...first.turns, ...second.turns]).toEqual([PRESSED_ZERO, PRESSED_ZERO]);
  });

  test('of somebody else in the room, and other keys, mean nothing', () => {
    const { turns, press, from, fake } = listening();
    from('somebody')('0');
    press('123456789*#');
    expect(turns).toEqual([]);
    expect(fake.session.interrupted).toBe(0);
  });
});

describe('what is said over the keys', () => {
  test.each(['Zero three zero five.', 'um', 'third of May', ''])('is no answer: "%s"', (text) => {
    const { press, fake, turns } = listening('birth_date');
    press('03');
    expect(isMurmur(fake.state, text)).toBe(true);
    press('051990#');
    expect(turns).toEqual([BORN]);
  });

  test.each(["I can't do this on my phone.", 'Call an ambulance!'])(
    'is the answer, and the entry is dropped: "%s"',
    async (text) => {
      const { press, fake, turns } = listening('birth_date');
      press('0305');
      expect(isMurmur(fake.state, text)).toBe(false);
      await pass(KEYPAD.wholeMs);
      expect(turns).toEqual([]);
      press('03051990#');
      expect(turns).toEqual([BORN]);
    },
  );

  test('does not come after the entry as a turn of its own', () => {
    const silent = listening('birth_date');
    silent.fake.session.hear('Hello.');
    silent.press('03051990#');
    expect(silent.cleared()).toBe(0);
    const murmuring = listening('birth_date');
    murmuring.press('0305');
    murmuring.fake.session.hear('one nine');
    murmuring.press('1990#');
    expect(murmuring.cleared()).toBe(1);
  });
});

describe('the answer to keys', () => {
  const chatOf = (text: string) => {
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'user', content: text });
    return chatCtx;
  };

  test('is a tool call where nothing is left to a model', async () => {
    const { fake, press } = listening('code');
    press('4711#');
    const chatCtx = chatOf(TYPED_CODE);
    const agent = new Receptionist(fake.state);
    const answer = await agent.llmNode(chatCtx, llm.ToolContext.empty(), {});
    const chunks: unknown[] = [];
    for await (const chunk of answer ?? []) chunks.push(chunk);
    expect(chunks).toMatchObject([
      { delta: { toolCalls: [{ name: 'request_keypad', args: '{"what":"code"}' }] } },
    ]);
    expect(JSON.stringify(chunks)).not.toContain('4711');
  });

  test('is the tool for a person after 0, and for no other turn', () => {
    const { fake } = listening();
    expect(takeKeys(fake.state, '0')).toBe(PRESSED_ZERO);
    expect(dueCall(fake.state, chatOf(PRESSED_ZERO))?.delta?.toolCalls).toMatchObject([{ name: 'transfer' }]);
    expect(dueCall(fake.state, chatOf('Hello?'))).toBeUndefined();
    expect(dueCall(fake.state, llm.ChatContext.empty())).toBeUndefined();
  });

  test('is the model’s where an entry fits', () => {
    const { fake, press } = listening('birth_date');
    press('03051990#');
    expect(dueCall(fake.state, chatOf(BORN))).toBeUndefined();
  });
});
