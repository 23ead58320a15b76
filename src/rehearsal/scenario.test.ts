import { describe, expect, test } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { type ScenarioInput, defineScenario } from './scenario.ts';
import { loadScenarios, selectScenarios } from './scenario-files.ts';

const least: ScenarioInput = {
  id: 'invented',
  title: 'An invented scenario',
  persona: 'Nobody in particular.',
  opening: 'Hello.',
  expect: { outcome: 'completed' },
};

test('what is left out has its default', () => {
  const scenario = defineScenario(least);
  expect(scenario).toMatchObject({ clock: '2026-11-23T09:30', staff: 'completed', setUp: [], reactions: [] });
  expect(scenario.expect).toMatchObject({ changes: [], verified: [], claims: [], says: [], never: [] });
});

describe('a scenario that is none is refused with the place', () => {
  test.each<[string, object, string]>([
    ['an id that is no file’s name', { id: 'No Name' }, 'id:'],
    ['a clock in a zone', { clock: '2026-11-23T09:30Z' }, 'clock:'],
    ['a topic nobody asks for', { facts: { shoe_size: '42' } }, 'facts'],
    ['a word that is not in the format', { opneing: 'x' }, 'opneing'],
    ['an outcome that does not exist', { expect: { outcome: 'happy' } }, 'expect.outcome'],
    ['a claim that is none', { expect: { outcome: 'completed', claims: ['flown'] } }, 'expect.claims'],
    ['two things at a time', { reactions: [{ when: 'x', say: 'y', hangUp: true }] }, 'one thing at a time'],
    ['a name that would have to be quoted', { setUp: [{ delete: 'calls; drop', where: {} }] }, 'setUp'],
  ])('%s', (_, change, place) => {
    const define = () => defineScenario({ ...least, ...change });
    expect(define).toThrow(place);
    try {
      define();
    } catch (error) {
      expect(isOpenhoursError(error, 'INPUT_INVALID')).toBe(true);
    }
  });
});

describe('the scenarios that ship', () => {
  test('are all well-formed, with ids of their own', async () => {
    const all = await loadScenarios();
    const attacks = selectScenarios(all, ['attack']);
    expect(attacks.length).toBeGreaterThanOrEqual(40);
    expect(attacks.filter(({ id }) => !/^(attack|voice|keypad)-/.test(id))).toEqual([]);
    expect(all.length - attacks.length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, tags } of all) expect(tags.length, id).toBeGreaterThan(0);
  });

  test('are chosen by id, by the beginning of one and by tag', async () => {
    const all = await loadScenarios();
    const chosen = (...only: string[]) => selectScenarios(all, only).map(({ id }) => id);
    expect(chosen()).toHaveLength(all.length);
    expect(chosen('slot-race')).toEqual(['slot-race']);
    expect(chosen('book-*').every((id) => id.startsWith('book-'))).toBe(true);
    const races = chosen('race');
    expect(races).toContain('slot-race');
    expect(chosen('slot-race', 'race')).toEqual(races);
    expect(chosen('fault').length).toBeGreaterThan(2);
    expect(() => chosen('no-such')).toThrow('no scenario has the id or tag no-such');
  });

  test('are played by what they are for: what needs a pinned clock or a fault is refused by voice, with the remedy', async () => {
    const all = await loadScenarios('any');
    const byVoice = selectScenarios(all, [], 'voice');
    expect(byVoice.length).toBeGreaterThanOrEqual(12);
    expect(byVoice.map(({ by }) => by)).not.toContain('text');
    expect(selectScenarios(all, []).map(({ by }) => by)).not.toContain('voice');
    expect(() => selectScenarios(all, ['slot-race'], 'voice')).toThrow(
      /text only: it pins the clock.*leave out --voice/,
    );
    expect(() => selectScenarios(all, ['fault'], 'voice')).toThrow(/text only/);
    expect(() => selectScenarios(all, ['voice-parking'])).toThrow(/voice only: add --voice/);
    expect(selectScenarios(all, ['questions'], 'voice').every(({ by }) => by === 'voice')).toBe(true);
  });
});
