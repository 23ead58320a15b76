import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ClaimKind, findClaims } from './claims.ts';
import * as sentences from './sentences.ts';

const kinds = (text: string) => findClaims(text).map(({ claim }) => claim);

describe('what the agent says it has done is claimed', () => {
  test.each<[ClaimKind, string]>([
    ['booked', "You're booked for Tuesday."],
    [
      'booked',
      "You're booked for Tuesday the 24th of November at half past 10 in the morning with Dr. Invented A. Is there anything else I can do for you?",
    ],
    ['booked', 'You are now booked in with Dr. Invented A.'],
    ['booked', "Great, you're all booked for tomorrow at 10, is there anything else?"],
    ['booked', "You're booked for Tuesday, okay?"],
    ['booked', "That's booked."],
    ['booked', "That's all booked for you now!"],
    ['booked', 'It is booked.'],
    ['booked', "I've booked that for you."],
    ['booked', 'I have just booked you in for Tuesday.'],
    ['booked', "I've gone ahead and booked your cleaning."],
    ['booked', 'We have reserved the 10 oclock slot for you.'],
    ['booked', 'Your appointment is confirmed.'],
    ['booked', 'Your appointment on Tuesday at 10 with Dr. Invented A has been booked.'],
    ['booked', "You're all set for Tuesday at ten."],
    ['booked', 'I have put you down for Tuesday at 3 p.m.'],
    ['booked', "You're booked for 3 p.m. Is there anything else?"],
    ['booked', 'Sara is booked for Tuesday at ten.'],
    ['booked', 'Both appointments are booked.'],
    ['booked', 'Tuesday at ten is booked for you.'],
    ['booked', "No problem, you're booked."],
    ['booked', "Once again, you're booked for Tuesday."],
    ['booked', "You're booked for Tuesday, and if you need to change that, just call us."],
    ['booked', 'you are booked for tuesday'],
    ['booked', 'YOU’RE BOOKED FOR TUESDAY'],
    ['booked', 'Okay, booked!'],
    ['booked', "I've booked Sara in."],
    ['booked', 'I have your cleaning booked for Tuesday at three.'],
    ['booked', "I didn't catch that and you're booked."],
    ['moved', "I've moved your appointment to Wednesday."],
    ['moved', 'Your appointment is now on Wednesday.'],
    ['moved', 'I have rescheduled it for Wednesday at 3.'],
    ['moved', 'Your appointment has been moved to Wednesday.'],
    ['moved', 'Your appointment is now rescheduled.'],
    ['moved', "I've changed your appointment to Friday."],
    ['moved', "You've been moved to Wednesday at nine."],
    ['cancelled', "I've cancelled your appointment."],
    ['cancelled', 'I have canceled it for you.'],
    ['cancelled', 'Your appointment on Tuesday is cancelled.'],
    ['cancelled', "That's cancelled."],
    ['cancelled', 'Your booking has been called off.'],
    ['message', "I've left a message for the front desk."],
    ['message', 'Thank you. I have noted your message for the front desk. Goodbye.'],
    ['message', 'I have passed that on to the doctor.'],
    ['message', 'Your message has been sent.'],
    ['message', "I can't move it myself but I've passed it on to the front desk."],
    ['message', "I've let the front desk know."],
    ['message', "I'll pass that on to the team."],
    ['message', 'I will make sure the doctor gets your message.'],
    ['callback', 'We will call you back shortly.'],
    ['callback', "We'll call you back."],
    ['callback', 'Somebody will call you tomorrow.'],
    ['callback', 'The front desk will get back to you this afternoon.'],
    ['callback', 'Dr. Invented A will ring you this evening.'],
    ['callback', "You'll get a call from us today."],
    ['callback', 'A colleague is going to phone you.'],
    ['callback', "We'll be in touch."],
    ['callback', "I've asked a colleague to call you."],
    ['callback', 'I will have someone call you back.'],
    ['callback', 'If nobody answers, we will call you back.'],
    ['transferring', 'I am connecting you.'],
    ['transferring', "I'm transferring you to the front desk now."],
    ['transferring', "I'll connect you with a colleague."],
    ['transferring', 'Let me put you through.'],
    ['transferring', 'One moment while I transfer your call.'],
    ['waiting_list', 'You are on the waiting list.'],
    ['waiting_list', "I've put you on the waiting list."],
    ['waiting_list', 'I have added your name to our waitlist.'],
    ['waiting_list', "We'll call you as soon as something opens up."],
    ['registered', "I've registered you."],
    ['registered', "You're now registered as a new patient."],
    ['registered', 'I have created a file for you.'],
    ['booked', 'Su cita está reservada para el martes.'],
    ['booked', 'Sí, ya le reservé la cita.'],
    ['booked', 'He agendado su cita. ¿Algo más?'],
    ['booked', 'Listo, su cita queda confirmada, ¿desea algo más?'],
    ['moved', 'He cambiado su cita al miércoles.'],
    ['cancelled', 'Su cita ha sido cancelada.'],
    ['cancelled', 'He cancelado su cita.'],
    ['message', 'He dejado un mensaje para la recepción.'],
    ['callback', 'Le llamaremos pronto.'],
    ['transferring', 'Le comunico con la recepción.'],
    ['waiting_list', 'Está en la lista de espera.'],
    ['registered', 'Le he registrado como paciente nuevo.'],
    ['booked', 'Aap ki appointment book ho gayi hai.'],
    ['booked', 'آپ کی اپائنٹمنٹ بک ہو گئی ہے۔'],
    ['moved', 'Maine aap ki appointment tabdeel kar di hai.'],
    ['cancelled', 'Appointment cancel kar di gayi hai.'],
    ['cancelled', 'اپائنٹمنٹ منسوخ کر دی گئی ہے۔'],
    ['message', 'Maine aap ka paigham chhor diya hai.'],
    ['callback', 'Hum aap ko wapas call karein ge.'],
    ['callback', 'ہم آپ کو کال کریں گے۔'],
    ['transferring', 'Main aap ko connect kar raha hoon.'],
    ['waiting_list', 'Aap ko waiting list mein daal diya hai.'],
    ['registered', 'Aap ko register kar diya hai.'],
  ])('%s: %s', (claim, text) => {
    expect(kinds(text)).toEqual([claim]);
  });
});

describe('a question, a plan, a refusal or a condition claims nothing', () => {
  test.each([
    'Shall I book that?',
    'Shall I book that for you, or would you like another time?',
    'Would you like me to book it?',
    'Is that booked already?',
    'Are you booked with us?',
    'You are booked already?',
    'Have I cancelled the right one?',
    'Did you say you are booked on Tuesday?',
    'once it is booked',
    "Once it's booked, you will get a text.",
    "As soon as you're booked you will get a text.",
    "If that works, you're booked for Tuesday.",
    "I'll let you know when it's booked.",
    'I could not book that.',
    "I couldn't book that.",
    'I have not booked anything yet.',
    "I haven't cancelled it.",
    'you are not booked yet',
    "You aren't booked yet.",
    "I don't think you're booked for Tuesday.",
    "You're almost booked.",
    'Nothing is booked yet.',
    "I'll book that for you.",
    'Let me book that for you.',
    'I am booking that now.',
    "Let's get you booked in.",
    'You would be booked with Dr. Invented A.',
    'You said you are booked on Tuesday.',
    'Before you are booked I need your name.',
    "I'd like to know whether you're booked.",
    'Dr. Invented A is booked for the whole of Tuesday.',
    'That time is already booked.',
    "We're fully booked on Tuesday.",
    "We're booked up this week.",
    "It's already booked by somebody else.",
    "I'm sorry, that time has just been taken.",
    'We moved to a new building last year.',
    'Shall I move your appointment to Wednesday?',
    'I can move your appointment if you like.',
    'I was not able to move your appointment.',
    'Appointments that are cancelled late are charged.',
    "I've cancelled nothing.",
    'No appointment is booked under that name.',
    'You can cancel your appointment by calling us.',
    "To confirm, you'd like to be booked for Tuesday.",
    'Would you like me to cancel it?',
    'Do you want it cancelled?',
    'I have not cancelled your appointment.',
    'Would you like to leave a message?',
    'I can take a message for the front desk.',
    'What is your message?',
    "I couldn't leave a message.",
    "I've sent you a text.",
    'Shall we call you back?',
    'Would you like us to call you back?',
    'We cannot call you back on this number.',
    'Please call again later.',
    'We can call you back if you like.',
    'I can transfer you to the front desk.',
    'Shall I connect you?',
    'I could not connect you.',
    'Nobody is free to take your call.',
    'Shall I put you on the waiting list?',
    'You are not on the waiting list.',
    'There is a waiting list for that.',
    'Are you registered with us?',
    'You are not registered with us yet.',
    'To register you I need your name.',
    'We have a registered dentist.',
    "We'll see you on Tuesday.",
    'I have Tuesday at 10. May I have your name for it?',
    'Your appointment is on Tuesday.',
    "I've found three times on Tuesday.",
    'The clinic is in the booked and beautiful quarter.',
    '',
    '¿Quiere que le reserve la cita?',
    'Su cita no está reservada.',
    'No pude reservar la cita.',
    'Cuando su cita esté reservada, recibirá un mensaje.',
    'Si su cita está reservada, recibirá un mensaje.',
    '¿Le llamaremos a este número?',
    'Kya main appointment book kar doon?',
    'Appointment book nahi hui.',
    'Kya appointment book ho gayi hai?',
    'Agar appointment book ho gayi to message aaye ga.',
    'اپائنٹمنٹ بک نہیں ہوئی۔',
    'کیا اپائنٹمنٹ بک ہو گئی ہے؟',
  ])('%s', (text) => {
    expect(kinds(text)).toEqual([]);
  });
});

test('each sentence has its own claims, in its own words', () => {
  expect(
    findClaims(
      "I've cancelled your appointment on Monday. You're booked with Dr. Invented A for 3 p.m. Goodbye!",
    ),
  ).toEqual([
    { claim: 'cancelled', said: "I've cancelled your appointment on Monday." },
    { claim: 'booked', said: "You're booked with Dr. Invented A for 3 p.m." },
  ]);
  expect(kinds("I've cancelled Monday's, I've cancelled it, and you're booked for Tuesday.")).toEqual([
    'cancelled',
    'booked',
  ]);
});

function textsIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsIn);
}

describe('our own sentences claim what they promise, and nothing else', () => {
  const expected: Partial<Record<keyof typeof sentences, ClaimKind[]>> = {
    CONNECTING_TEXT: ['transferring'],
    CONNECTING_OR_CALLBACK_TEXT: ['transferring', 'callback'],
    CONNECTING_OR_AGAIN_TEXT: ['transferring'],
    CALLBACK_TEXT: ['callback'],
    NOBODY_THERE_TEXT: ['callback'],
    MESSAGE_TAKEN_TEXT: ['message'],
    EMERGENCY_TEXTS: ['transferring', 'transferring', 'transferring'],
  };
  const named = Object.entries(sentences).flatMap(([name, value]) =>
    name === 'PREPARED_TEXTS' || typeof value === 'function'
      ? []
      : [[name, textsIn(value).join(' ')] as const],
  );
  test.each(named)('%s', (name, text) => {
    expect(kinds(text)).toEqual(expected[name as keyof typeof sentences] ?? []);
  });
  test('the greeting', () => {
    expect(kinds(sentences.greetingText({ name: 'Invented Dental', greeting: null }))).toEqual([]);
  });
});

describe('what the tools have said claims what they have done', () => {
  const folder = new URL('../../agent/tools/', import.meta.url);
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      sayTexts(readFileSync(new URL(file, folder), 'utf8')).map((text) => [file, text] as const),
    );

  test('they are found', () => expect(texts.length).toBeGreaterThanOrEqual(15));

  test.each(texts)('%s: %s', (_, text) => {
    // A template's holes are dates, names and lists.
    const spoken = text.replace(/\$\{[^}]*\}/g, 'Tuesday at 10');
    const expected = /^You're booked for /.test(spoken) ? ['booked'] : undefined;
    const found = kinds(spoken);
    if (expected !== undefined) expect(found).toEqual(expected);
    else if (spoken.endsWith('?') && !/[.!] /.test(spoken)) expect(found).toEqual([]);
    else expect(found.length).toBeLessThanOrEqual(1);
  });

  test.each([
    "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Khan. Is that right?",
    'A check-up with Dr. Invented A on Tuesday at 10, for Sara Khan: is that right?',
    'Which of the times would you like me to book?',
    "I'm sorry, that time has just been taken. On Tuesday I have 9 or 10 in the morning. Which suits you?",
    "That time isn't free, I'm afraid. I have Tuesday at 10 with Dr. Invented A. May I have your name for it?",
    'We are closed on Sunday the 29th of November. On Monday I have 9 or 10. Which suits you?',
    "I'm sorry, I can't reach our appointment book just now. Could you say that once more?",
    'Thank you for calling Invented Dental. Goodbye.',
  ])('%s', (text) => {
    expect(kinds(text)).toEqual([]);
  });
});

/** The literals that stand behind `say:` in a tool's source. */
function sayTexts(source: string): string[] {
  return [
    ...source.matchAll(/\bsay:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g),
  ].map(([, single, double, template]) => single ?? double ?? template ?? '');
}

const pieces = fc.constantFrom(
  ..."you're booked I've cancelled not if once Dr. A.m. is that ? . , ; ¿ we will call you back waiting list no 😀 \u0000 ﷺ نہیں بک ہو گئی ہے".split(
    ' ',
  ),
);

test('no text throws, and every claim stands in the text', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(pieces, { maxLength: 50 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(anything, (text) => {
      for (const { said } of findClaims(text)) expect(said.length).toBeLessThanOrEqual(text.length + 1);
    }),
    { numRuns: 300 },
  );
});

test('a claim is found wherever its sentence stands', () => {
  const others = fc.constantFrom(
    'Thank you.',
    'Is that right?',
    'Shall I book that?',
    'One moment, please.',
    'Dr. Invented A is in.',
  );
  fc.assert(
    fc.property(fc.array(others, { maxLength: 6 }), fc.array(others, { maxLength: 6 }), (before, after) => {
      expect(findClaims([...before, "You're booked for Tuesday.", ...after].join(' '))).toEqual([
        { claim: 'booked', said: "You're booked for Tuesday." },
      ]);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["you're booked "],
  ['no '],
  ['Dr. '],
  ['if you are '],
  [', '],
  ['the the '],
  ['your appointment '],
  ['a'],
  ['😀'],
  ['book ho '],
])('ten thousand characters of %j take no more than linear time', (unit) => {
  const took = (text: string) =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const before = process.cpuUsage();
        findClaims(text);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      }),
    );
  const text = unit.repeat(Math.ceil(10_000 / unit.length)).slice(0, 10_000);
  took(text);
  expect(took(text)).toBeLessThan(3 * took(text.slice(0, 5_000)) + 25);
});
