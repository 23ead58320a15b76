import { expect, test } from 'vitest';
import { DEMO_SCRIPT, answerTo } from './scripted-caller.ts';

test.each([
  ['Invented Dental, good day. How can I help you?', DEMO_SCRIPT.opening],
  [
    'On Tuesday the 24th of November I have 9, half past 9 or 10 in the morning. Which suits you?',
    'The first one, please.',
  ],
  [
    "That time isn't free, I'm afraid. On Tuesday the 24th of November I have 9 or 11 in the morning. Which suits you?",
    'The first one, please.',
  ],
  [
    'I have Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Does that suit you?',
    'Yes, please.',
  ],
  [
    'May I have the full name and date of birth, please?',
    `${DEMO_SCRIPT.name}, born on ${DEMO_SCRIPT.born}.`,
  ],
  ['Sorry, could you tell me your full name?', `My name is ${DEMO_SCRIPT.name}.`],
  [
    "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for David Brown. Is that right?",
    'Yes, that is right.',
  ],
  [
    "You're booked for Tuesday the 24th of November at 10 in the morning. Is there anything else I can do for you?",
    DEMO_SCRIPT.farewell,
  ],
  ['Sorry, which treatment would you like?', 'A check-up, please.'],
  ['Sorry, which day would you like?', 'On Tuesday, please.'],
  ['Hello, are you still there?', DEMO_SCRIPT.opening],
  ['Thank you for calling Invented Dental. Goodbye.', undefined],
])('to "%s" the caller answers "%s"', (said, answer) => expect(answerTo(said, DEMO_SCRIPT)).toBe(answer));
