import { describe, expect, test, vi } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { makeClinic } from '../test/support/clinic.ts';
import { fakeDatabase } from '../test/support/database.ts';
import { collectLog } from '../test/support/log.ts';
import { openingTexts } from '../src/clinic/sentences.ts';
import type { Announced } from './announcer.ts';
import type { Progress } from './call.ts';
import { announceRecording } from './opening.ts';

const LINE = 'This call is recorded so that we can serve you better.';

interface Situation {
  line?: string | null;
  said?: Announced;
  fails?: boolean;
}

function opening({ line = LINE, said = 'heard', fails = false }: Situation = {}) {
  const spoken: [string, object][] = [];
  const { log, lines } = collectLog();
  const { db, calls } = fakeDatabase({
    note_call: () => {
      if (fails) throw new Error('gone');
      return null;
    },
  });
  const call = {
    deps: { db },
    log,
    state: makeCall([], { clinic: makeClinic({ recording_line: line }) }).state,
    announcer: {
      say: (text: string, options: object) => {
        spoken.push([text, options]);
        return Promise.resolve(said);
      },
    },
  } as unknown as Progress;
  return { call, spoken, calls, lines };
}

describe('the recording line of a clinic', () => {
  test('is a sentence of its own that cannot be talked over, and stands with the call', async () => {
    const { call, spoken, calls } = opening();
    await announceRecording(call);
    expect(spoken).toEqual([[LINE, { interruptible: false }]]);
    await vi.waitFor(() =>
      expect(calls).toMatchObject([{ name: 'note_call', args: { p_recording_consent: 'announced' } }]),
    );
  });

  test('is not on record when it could not be said', async () => {
    const { call, calls } = opening({ said: 'unspoken' });
    await announceRecording(call);
    expect(calls).toEqual([]);
  });

  test('costs the call nothing when the row cannot be written', async () => {
    const { call, lines } = opening({ fails: true });
    await announceRecording(call);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
  });

  test.each([null, ''])('is not said where there is none: %j', async (line) => {
    const { call, spoken } = opening({ line });
    await announceRecording(call);
    expect(spoken).toEqual([]);
  });

  test('is prepared with the greeting', () => {
    expect(openingTexts(makeClinic({ recording_line: LINE }))).toEqual([
      'Invented Dental, good day. How can I help you?',
      LINE,
    ]);
    expect(openingTexts(makeClinic())).toHaveLength(1);
  });
});
