import { describe, expect, test } from 'vitest';
import { type CallerTurn, measure, type Observed } from './measure.ts';

const said = (startedAt: number, endedAt: number, interrupting = false): CallerTurn => ({
  text: '…',
  startedAt,
  endedAt,
  interrupting,
});
const spoke = (startedAt: number, endedAt: number) => ({ startedAt, endedAt });
const call = (observed: Partial<Observed>) =>
  measure({
    dialledAt: 0,
    joinAt: 100,
    answeredAt: 500,
    until: 20_000,
    turns: [],
    agentSpeech: [],
    ...observed,
  });

describe('the greeting', () => {
  test('is timed from the join and from the answer', () => {
    expect(call({ agentSpeech: [spoke(1_300, 2_000)] }).greetingMs).toEqual({
      fromActive: 800,
      fromJoin: 1_200,
    });
  });

  test('has no time when there was none', () => {
    expect(call({}).greetingMs).toEqual({ fromActive: undefined, fromJoin: undefined });
  });
});

describe('a turn’s latency', () => {
  test('runs from the caller’s last sound to the agent’s first', () => {
    const { turns } = call({
      agentSpeech: [spoke(1_000, 2_000), spoke(4_100, 5_000), spoke(5_400, 6_000), spoke(8_750, 9_000)],
      turns: [said(2_500, 3_000), said(7_000, 8_000)],
    });
    expect(turns.map(({ latencyMs }) => latencyMs)).toEqual([1_100, 750]);
  });

  test('is unknown when the agent did not answer before the caller spoke again', () => {
    const { turns } = call({
      agentSpeech: [spoke(9_000, 9_500)],
      turns: [said(1_000, 2_000), said(6_000, 8_000)],
    });
    expect(turns.map(({ latencyMs }) => latencyMs)).toEqual([undefined, 1_000]);
  });

  test('is unknown when the agent spoke over the caller', () => {
    const { turns } = call({ agentSpeech: [spoke(2_600, 4_000)], turns: [said(2_000, 3_000)] });
    expect(turns[0]).toMatchObject({ latencyMs: undefined, spokenOver: true, replyAt: 2_600 });
  });

  test('ignores a sound of the agent that ends before the caller has', () => {
    const { turns } = call({
      agentSpeech: [spoke(2_300, 2_500), spoke(4_000, 5_000)],
      turns: [said(2_000, 3_000)],
    });
    expect(turns[0]).toMatchObject({ latencyMs: 1_000, spokenOver: false });
  });
});

describe('an interruption', () => {
  test('is timed to the agent’s silence, and the reply is what comes after it', () => {
    const { turns } = call({
      agentSpeech: [spoke(1_000, 3_650), spoke(5_000, 6_000)],
      turns: [said(3_000, 4_200, true)],
    });
    expect(turns[0]).toMatchObject({ bargeInMs: 650, latencyMs: 800, spokenOver: false });
  });

  test('is not over in a pause between two sentences', () => {
    const { turns } = call({
      agentSpeech: [spoke(1_000, 3_100), spoke(3_450, 4_600), spoke(6_000, 7_000)],
      turns: [said(3_000, 3_400, true)],
    });
    expect(turns[0]).toMatchObject({ bargeInMs: 1_600, replyAt: 6_000 });
  });

  test('that the agent ignores has no time', () => {
    const { turns } = call({
      agentSpeech: [spoke(1_000, 3_900)],
      turns: [said(3_000, 3_500, true)],
      until: 4_000,
    });
    expect(turns[0]).toMatchObject({ bargeInMs: undefined, latencyMs: undefined });
  });

  test('of an agent that is quiet has no time', () => {
    const { turns } = call({ agentSpeech: [spoke(1_000, 2_000)], turns: [said(3_000, 3_500, true)] });
    expect(turns[0]?.bargeInMs).toBeUndefined();
  });
});

describe('the longest silence', () => {
  test('counts from the answer, between any two voices, and up to the end', () => {
    const agentSpeech = [spoke(1_500, 3_000), spoke(6_000, 8_000)];
    const turns = [said(3_200, 4_000)];
    expect(call({ agentSpeech, turns, until: 8_500 }).longestSilenceMs).toBe(2_000);
    expect(call({ agentSpeech, turns, until: 12_000 }).longestSilenceMs).toBe(4_000);
  });

  test('is the whole call when nobody spoke, and nothing when nobody answered', () => {
    expect(call({}).longestSilenceMs).toBe(19_500);
    expect(call({ answeredAt: undefined }).longestSilenceMs).toBe(0);
  });
});
