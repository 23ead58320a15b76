import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { findClaims } from '../src/clinic/claims.ts';
import { ClaimsGuard, madeTrue } from './claims-guard.ts';
import type { CallState } from './call-state.ts';

/** What the caller hears of an answer that comes in pieces. */
function heard(pieces: readonly string[], change: (state: CallState) => void = () => undefined): string {
  const { state } = makeCall();
  change(state);
  const guard = new ClaimsGuard(state);
  return pieces.map((piece) => guard.take(piece)).join('') + guard.end();
}

const letters = (text: string) => [...text];

describe('what no tool has done is not said', () => {
  test.each([
    ["You're booked for Tuesday at ten.", 'Nothing is booked yet. What would you like me to do?'],
    [
      "I've cancelled your appointment. Goodbye.",
      'Nothing has been cancelled yet. What would you like me to do?',
    ],
    [
      "Of course, David. You're booked for Tuesday.",
      'Of course, David. Nothing is booked yet. What would you like me to do?',
    ],
    [
      "Certainly, you're all set for Tuesday.",
      'Certainly, ... Nothing is booked yet. What would you like me to do?',
    ],
    ['I am connecting you now.', 'I am not connecting you yet. What would you like me to do?'],
  ])('%s', (text, said) => {
    expect(heard([text])).toBe(said);
    expect(heard(letters(text))).toBe(said);
  });

  test('in the language of the call', () => {
    const said = heard(['Su cita está reservada para el martes.'], (state) => (state.language = 'es'));
    expect(said).toBe('Todavía no hay nada reservado. ¿Qué desea que haga?');
  });
});

describe('what is true is said as it comes', () => {
  test('word for word, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('A check-up', ' is', ' 2,000', ' rupees', '. ', 'Park', ', ', 'here', '?')),
        (pieces) => {
          expect(heard(pieces)).toBe(pieces.join(''));
        },
      ),
    );
  });

  test('clause by clause, not only at the end', () => {
    const guard = new ClaimsGuard(makeCall().state);
    expect(guard.take('A check-up is 2,000 rupees, a cl')).toBe('A check-up is 2,000 rupees, ');
    expect(guard.take('eaning 4,500')).toBe('');
    expect(guard.end()).toBe('a cleaning 4,500');
  });

  test('a claim that a tool has made true', () => {
    const text = "You're booked for Tuesday at ten.";
    expect(heard(letters(text), (state) => state.done.add('booked'))).toBe(text);
  });

  test('a question, an offer, and what is not done', () => {
    const text = 'Shall I book it? I have not booked anything. If you like, I can cancel it.';
    expect(heard([text])).toBe(text);
  });
});

test('what is said instead claims nothing', () => {
  expect(findClaims(heard(["You're booked, cancelled and registered."]))).toEqual([]);
});

test('a tool makes true what its flags say', () => {
  expect(madeTrue({ booked: true, say: 'x' })).toEqual(['booked']);
  expect(madeTrue({ moved: true })).toEqual(['moved', 'booked']);
  expect(madeTrue({ booked: 'yes', error: 'slot_taken' })).toEqual([]);
});
