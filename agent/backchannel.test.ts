import { describe, expect, test } from 'vitest';
import { isBackchannel, restAfter } from './backchannel.ts';

const OFFER = 'I have Tuesday at 10 with Dr. Invented A. I also have Wednesday at 11. Which suits you?';
const READ_BACK = "That's a check-up on Tuesday at 10, for Sara Notreal. Is that right?";

describe('somebody who only listens does not stop the agent', () => {
  test.each(['Uh-huh.', 'mm-hmm', 'Mhm', 'hmm', 'Ah', 'Achha ji'])('"%s" into any sentence', (heard) => {
    expect(restAfter(heard, OFFER, 'I have Tuesday at 10 with Dr. Inv')).toBe(OFFER);
    expect(restAfter(heard, OFFER, 'I have Tuesday at 10 with Dr. Invented A. I also')).toBe(
      'I also have Wednesday at 11. Which suits you?',
    );
    expect(restAfter(heard, READ_BACK, "That's a check-up on Tuesday at 10, for Sara Notreal. Is")).toBe(
      'Is that right?',
    );
  });

  test.each(['Okay.', 'Yes', 'right', 'I see', 'sí', 'haan'])(
    '"%s" before the question was asked',
    (heard) => {
      expect(restAfter(heard, READ_BACK, "That's a check-up on Tuesday")).toBe(READ_BACK);
    },
  );
});

describe('an answer is one', () => {
  test.each([
    ['yes, into the question', 'Yes.', "That's a check-up on Tuesday at 10, for Sara Notreal. Is that"],
    ['words of its own', 'Yes, Wednesday please.', "That's a check-up on Tuesday"],
    ['a correction', 'No, not Tuesday.', "That's a check-up on Tuesday"],
    ['after everything was said', 'Uh-huh.', READ_BACK],
    ['before anything was heard', 'Uh-huh.', ''],
    ['into something else', 'Uh-huh.', 'Our opening hours are'],
    ['silence', '', "That's a check-up"],
  ])('%s', (_, heard, said) => {
    expect(restAfter(heard, READ_BACK, said)).toBeUndefined();
  });

  test('yes where nothing is asked any more', () => {
    expect(restAfter('Okay', 'Park behind the house. It is free.', 'Park behind')).toBeUndefined();
  });
});

test('words that only begin like a hum are words', () => {
  for (const heard of ['umbrella', 'Ahmed', 'right away please', 'book it', '']) {
    expect(isBackchannel(heard), heard).toBe(false);
  }
});
