import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TURNS } from '../src/config/defaults.ts';
import type { Ledger } from './ledger.ts';
import { type SpokenItem, TurnTimes, recordItem } from './turn-times.ts';

const START = Date.parse('2026-11-23T05:00:00Z');
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const item = (role: string, metrics: SpokenItem['metrics'], createdAt = Date.now()): SpokenItem => ({
  role,
  textContent: 'Some words.',
  createdAt,
  interrupted: false,
  metrics,
});

function recorded(times: TurnTimes, one: SpokenItem): unknown {
  const rows: unknown[] = [];
  const ledger = {
    beginTurn: (turn: unknown) => rows.push(turn),
    agentSaid: (_text: string, _at: number, turn: unknown) => rows.push(turn),
  };
  recordItem(ledger as unknown as Ledger, times, one);
  return rows[0];
}

/** The caller stops speaking now; that is told when the silence has lasted. */
function stops(times: TurnTimes): void {
  times.callerState('speaking');
  vi.advanceTimersByTime(TURNS.vadSilenceMs);
  times.callerState('listening');
}

test('the framework’s own times are taken where it has them', () => {
  const times = new TurnTimes();
  stops(times);
  const user = item('user', { transcriptionDelay: 0.2, endOfTurnDelay: 0.35 });
  expect(recorded(times, user)).toEqual({
    caller_text: 'Some words.',
    parts: { recognitionMs: 200, endpointingMs: 350 },
  });
  const said = item('assistant', {
    llmNodeTtft: 0.2,
    ttsNodeTtfb: 0.1,
    e2eLatency: 0.7,
    startedSpeakingAt: START / 1e3,
  });
  expect(recorded(times, said)).toEqual({
    interrupted: false,
    parts: { languageMs: 200, speechMs: 100 },
    latency_ms: 700,
  });
});

test('where it has none, they count from the caller’s last sound', () => {
  const times = new TurnTimes();
  stops(times);
  expect(recorded(times, item('user', {}, START + 400))).toMatchObject({ parts: { endpointingMs: 400 } });
  const said = item('assistant', { startedSpeakingAt: (START + 900) / 1e3 });
  expect(recorded(times, said)).toEqual({ interrupted: false, parts: {}, latency_ms: 900 });
});

test('what nobody waited for has no latency', () => {
  const times = new TurnTimes();
  const said = item('assistant', { startedSpeakingAt: (START + 900) / 1e3 });
  expect(recorded(times, said)).toEqual({ interrupted: false, parts: {} });
  stops(times);
  recorded(times, said);
  expect(recorded(times, item('assistant', { startedSpeakingAt: (START + 5_000) / 1e3 }))).toEqual({
    interrupted: false,
    parts: {},
  });
});

test('an answer that began before the caller stopped has none, either', () => {
  const times = new TurnTimes();
  vi.advanceTimersByTime(5_000);
  stops(times);
  expect(recorded(times, item('assistant', { startedSpeakingAt: START / 1e3 }))).toEqual({
    interrupted: false,
    parts: {},
  });
});
