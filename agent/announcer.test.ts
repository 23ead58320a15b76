import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { collectLog } from '../test/support/log.ts';
import { Announcer } from './announcer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TEXT = 'One moment, please.';
const SAMPLES = new Int16Array(2_400);
const never = () => new Promise<never>(() => undefined);

interface Voice {
  /** Hands audio over. */
  sounds: boolean;
  interrupted: boolean;
  /** Resolves when the sentence is over. */
  playout: () => Promise<void>;
}

/** An announcer on a line without a room; `said` has which way each sentence took. */
function makeAnnouncer({ prepared = true, session = true, play = () => Promise.resolve(true) } = {}) {
  const said: [string, string | Int16Array, boolean][] = [];
  const ledger: [string, number, object][] = [];
  const voice: Voice = { sounds: true, interrupted: false, playout: () => Promise.resolve() };
  const receiver = {
    lastFrameAt: 0,
    play: (samples: Int16Array, { interruptible }: { interruptible: boolean }) => {
      said.push(['prepared', samples, interruptible]);
      return play();
    },
  };
  const fakeSession = {
    say: (text: string, options: { allowInterruptions: boolean; addToChatCtx: boolean }) => {
      said.push(['live', text, options.allowInterruptions]);
      expect(options.addToChatCtx).toBe(false);
      return {
        get interrupted() {
          return voice.interrupted;
        },
        waitForPlayout: async () => {
          if (voice.sounds) receiver.lastFrameAt += 1;
          await voice.playout();
        },
      };
    },
  };
  const { log, lines } = collectLog();
  const store = { load: () => Promise.resolve(prepared ? SAMPLES : undefined) };
  const announcer = new Announcer(receiver as never, store as never, log);
  announcer.ledger = { agentSaid: (...row: [string, number, object]) => ledger.push(row) } as never;
  if (session) announcer.session = fakeSession as never;
  return { announcer, said, ledger, voice, lines, fakeSession };
}

describe('a sentence that is prepared', () => {
  test('needs no session', async () => {
    const { announcer, said, ledger } = makeAnnouncer({ session: false });
    expect(await announcer.isPrepared(TEXT)).toBe(true);
    expect(await announcer.say(TEXT)).toBe('heard');
    expect(said).toEqual([['prepared', SAMPLES, true]]);
    expect(ledger).toEqual([[TEXT, Date.now(), { interrupted: false }]]);
  });

  test('does not bother the session where there is one', async () => {
    const { announcer, said } = makeAnnouncer();
    await announcer.say(TEXT, { interruptible: false });
    expect(said).toEqual([['prepared', SAMPLES, false]]);
  });

  test('is on record as interrupted when the caller stopped it', async () => {
    const { announcer, ledger } = makeAnnouncer({ play: () => Promise.resolve(false) });
    expect(await announcer.say(TEXT)).toBe('stopped');
    expect(ledger).toEqual([[TEXT, expect.any(Number), { interrupted: true }]]);
  });

  test('stands in the ledger with the time at which it began', async () => {
    const { announcer, ledger } = makeAnnouncer({
      play: () => new Promise((resolve) => setTimeout(() => resolve(true), 2_000)),
    });
    const beganAt = Date.now();
    const saying = announcer.say(TEXT);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await saying).toBe('heard');
    expect(ledger.map(([, startedMs]) => startedMs)).toEqual([beganAt]);
  });
});

describe('a sentence that is not prepared', () => {
  test('is said with the session’s voice, and kept out of the model’s conversation', async () => {
    const { announcer, said, ledger } = makeAnnouncer({ prepared: false });
    expect(await announcer.isPrepared(TEXT)).toBe(false);
    expect(await announcer.say(TEXT, { interruptible: false })).toBe('heard');
    expect(said).toEqual([['live', TEXT, false]]);
    expect(ledger).toHaveLength(1);
  });

  test('is on record as interrupted when the caller spoke into it', async () => {
    const { announcer, voice, ledger } = makeAnnouncer({ prepared: false });
    voice.interrupted = true;
    expect(await announcer.say(TEXT)).toBe('stopped');
    expect(ledger).toEqual([[TEXT, expect.any(Number), { interrupted: true }]]);
  });

  test('has not been said when the voice made no sound, and is not on record', async () => {
    const { announcer, voice, ledger } = makeAnnouncer({ prepared: false });
    voice.sounds = false;
    expect(await announcer.say(TEXT)).toBe('unspoken');
    expect(ledger).toEqual([]);
  });

  test('cannot be said without a session', async () => {
    const { announcer, ledger } = makeAnnouncer({ prepared: false, session: false });
    expect(await announcer.say(TEXT)).toBe('unspoken');
    expect(ledger).toEqual([]);
  });

  test('cannot be said in a session that is closed: no error reaches the call', async () => {
    const { announcer, fakeSession, lines } = makeAnnouncer({ prepared: false });
    fakeSession.say = () => {
      throw new Error('AgentSession is not running');
    };
    expect(await announcer.say(TEXT)).toBe('unspoken');
    expect(lines).toMatchObject([{ severity: 'WARNING', message: 'a sentence could not be said' }]);
  });
});

describe('a sentence that does not end', () => {
  test.each<[string, boolean]>([
    ['prepared', true],
    ['live', false],
  ])('is given up at its limit when it is %s', async (_, prepared) => {
    const { announcer, voice, ledger } = makeAnnouncer({ prepared, play: never });
    voice.playout = never;
    const saying = announcer.say(TEXT, { withinMs: 700 });
    const ended = vi.fn();
    void saying.then(ended);
    await vi.advanceTimersByTimeAsync(699);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledWith('unspoken');
    expect(ledger).toEqual([]);
  });

  test('is given up when no limit was given and it should have been said twice by then', async () => {
    const { announcer, voice } = makeAnnouncer({ prepared: false });
    voice.playout = never;
    const saying = announcer.say(TEXT);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(await saying).toBe('unspoken');
  });

  test('is heard to its end however long it is, and on record', async () => {
    const { announcer, voice, ledger } = makeAnnouncer({ prepared: false });
    const long = 'The clinic is closed now. '.repeat(20);
    voice.playout = () => new Promise((resolve) => setTimeout(resolve, 40_000));
    const saying = announcer.say(long);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await saying).toBe('heard');
    expect(ledger.map(([text]) => text)).toEqual([long]);
  });

  test('leaves no timer behind when it did end', async () => {
    const { announcer } = makeAnnouncer();
    await announcer.say(TEXT);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a track that was never published is no reason to throw', async () => {
  const { announcer } = makeAnnouncer({ play: () => Promise.reject(new Error('publish failed')) });
  expect(await announcer.say(TEXT)).toBe('unspoken');
});

test('a fixed sentence is said in the language that the call has just then, with the voice of that language', async () => {
  const { announcer, said, ledger } = makeAnnouncer({ prepared: false });
  let language = 'en';
  announcer.language = () => language;
  await announcer.say(TEXT);
  language = 'es';
  await announcer.say(TEXT);
  language = 'ur';
  await announcer.say(TEXT);
  await announcer.say('What the clinic wrote stays as it is.');
  expect(said.map(([, text]) => text)).toEqual([
    TEXT,
    'Un momento, por favor.',
    'ایک لمحہ، براہ کرم۔',
    'What the clinic wrote stays as it is.',
  ]);
  expect(ledger.map(([text]) => text)).toEqual(said.map(([, text]) => text));
});
