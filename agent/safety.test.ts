import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hearSafety } from './safety.ts';

const ALL = ['en', 'es', 'ur'];
const kindOf = (text: string) => hearSafety(text, ALL)?.kind;

/** The same words as a recogniser writes them that knows neither capitals nor punctuation nor accents. */
const bare = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/['’]/g, "'")
    .replace(/[.,!?¿¡،۔؟;:…]/g, '')
    .toLowerCase();

describe('asking for a person rings', () => {
  test.each([
    '0',
    'Zero.',
    'Operator!',
    'operator please',
    'Representative. Representative!',
    'receptionist',
    'a real person please',
    'Can I speak to a human?',
    'I want to talk to a real person',
    'could you put me through to the front desk',
    'please connect me with the receptionist',
    'let me speak with your manager',
    'I need to talk to someone',
    'can I talk to Dr. Khan please',
    'Just transfer me.',
    "I don't want to talk to a machine",
    'get me a human',
    'is there a real person I can talk to',
    'can i not just speak to a person',
    'Quiero hablar con una persona',
    '¿Puede comunicarme con la recepcionista?',
    'Operadora, por favor',
    'No quiero hablar con una máquina',
    'Páseme con alguien',
    'mujhe kisi insaan se baat karni hai',
    'receptionist se baat karwa dein',
    'operator',
    'مجھے کسی انسان سے بات کرنی ہے',
    'ڈاکٹر سے بات کروا دیں',
    'آپریٹر',
  ])('%s', (text) => {
    expect(kindOf(text)).toBe('person');
    expect(kindOf(bare(text))).toBe('person');
  });
});

describe('speaking of people is not asking for one', () => {
  test.each([
    'Is the receptionist nice?',
    'I spoke to the receptionist yesterday',
    'I was talking to an operator earlier',
    "I don't need to talk to a person",
    'I do not want to speak to a human',
    'the receptionist told me to call',
    'Are you a real person?',
    'is the doctor in on Tuesday',
    'I would like to see the dentist',
    'my number is 0 3 0 0 5 5 5',
    'at 10',
    'transfer my appointment to Tuesday',
    'I work as a customer service agent',
    'how many people can come along',
    'put me on the waiting list',
    'can someone call me back',
    '¿La recepcionista es amable?',
    'Hablé con la recepcionista ayer',
    'No quiero hablar con una persona',
    'receptionist se baat hui thi',
    'ڈاکٹر کب آتے ہیں',
  ])('%s', (text) => {
    expect(kindOf(text)).toBeUndefined();
  });
});

describe('an answering machine rings', () => {
  test.each([
    'Please leave a message after the tone.',
    'leave your name and number after the beep',
    'At the tone, please record your message. When you have finished recording, you may hang up or press one for more options.',
    'The person you are calling is not available right now.',
    'The number you have dialed is not in service',
    "You've reached the voicemail of Invented Person",
    "Hi, you've reached Sara, I can't come to the phone right now",
    'the mailbox is full and cannot accept messages',
    'your call has been forwarded to an automated voice messaging system',
    'Deje su mensaje después del tono',
    'El número que usted marcó no está disponible',
    'Ha llamado al buzón de voz',
    'aap ka matlooba number is waqt band hai',
    'beep ke baad apna paigham record karein',
    'آپ کا مطلوبہ نمبر اس وقت بند ہے',
    'بیپ کے بعد اپنا پیغام ریکارڈ کریں',
  ])('%s', (text) => {
    expect(kindOf(text)).toBe('machine');
  });

  test('also when it offers an operator or speaks of emergencies', () => {
    expect(kindOf('Leave a message after the tone, or press zero to speak to a representative')).toBe(
      'machine',
    );
    expect(
      kindOf('If this is an emergency, hang up and dial the hospital. Leave a message after the beep.'),
    ).toBe('machine');
  });

  test.each([
    'I want to leave a message for the doctor',
    'I got your voicemail yesterday',
    'should I leave a message after the beep?',
    'is the doctor available on Tuesday',
    'my phone was switched off',
    'what number have I reached',
    'Quiero dejar un mensaje',
    'message chorna hai doctor ke liye',
  ])('a caller does not: %s', (text) => {
    expect(kindOf(text)).toBeUndefined();
  });
});

describe('abuse rings', () => {
  test.each([
    'Fuck you!',
    'fuck off',
    'shut up',
    'You are an idiot',
    "you're a useless piece of shit",
    'you stupid machine',
    'stupid robot',
    'are you stupid',
    'idiot',
    'go to hell',
    'son of a bitch',
    'I will kill you',
    'Eres un idiota',
    'hijo de puta',
    'Cállate',
    'máquina estúpida',
    'bakwas band karo',
    'tum bewaqoof ho',
    'kutte ke bache',
    'بکواس بند کرو',
    'تم پاگل ہو',
  ])('%s', (text) => {
    expect(kindOf(text)).toBe('abuse');
  });

  test.each([
    'damn it, I forgot my card',
    'oh shit, I missed my appointment',
    'what the hell happened to my booking',
    'this fucking tooth hurts',
    'bloody hell that is expensive',
    'I am so stupid, I forgot',
    'sorry, that was a stupid question',
    'you are very kind',
    'I need to talk to my husband first',
    'my number is zero',
    "I'm not saying you're stupid",
    'my brother is an idiot, he never brushes',
    'I told my son to shut up',
    'that was useless advice from my cousin',
    'qué mierda, se me olvidó',
    'dard se pagal ho raha hoon',
    'mere kutte ne kaat liya',
    'درد سے پاگل ہو رہا ہوں',
  ])('mild swearing does not: %s', (text) => {
    expect(kindOf(text)).toBeUndefined();
  });
});

test('the alarm names its language and the words that rang', () => {
  expect(hearSafety('Hello? I CAN’T breathe!', ['en'])).toEqual({
    kind: 'emergency',
    language: 'en',
    words: 'cant breathe',
  });
  expect(hearSafety('Quiero hablar con una persona', ['es-MX'])?.language).toBe('es');
});

test('languages that the clinic does not offer are not listened for, but English always is', () => {
  expect(hearSafety('no puedo respirar', ['en'])).toBeUndefined();
  expect(hearSafety('I cannot breathe', ['es'])?.language).toBe('en');
  expect(hearSafety('I cannot breathe', [])?.language).toBe('en');
  expect(hearSafety('I cannot breathe', ['xx', 'constructor', ''])?.language).toBe('en');
});

test('the gravest of several alarms rings', () => {
  expect(kindOf('You idiot, get me a human')).toBe('person');
  expect(kindOf('You idiot, get me a human, my father is unconscious')).toBe('emergency');
});

const fragments = fc.constantFrom(
  ...'no not cant breathe chest pain bleeding swelling throat a message after the tone speak to real person you are so fucking stupid nahi saans khoon mein dard tengo el pecho last year . ? , \u0000 \u200c 😀 👩‍⚕️ ﷺ سینے میں نہیں'.split(
    ' ',
  ),
);
const words = fc.array(fragments, { maxLength: 60 }).map((parts) => parts.join(' '));

test('no input throws, whatever is in it', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), words);
  fc.assert(
    fc.property(anything, fc.array(fc.string(), { maxLength: 3 }), (text, languages) => {
      const alarm = hearSafety(text, [...languages, ...ALL]);
      expect(alarm === undefined || alarm.words.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
  for (const lone of ['\ud800', 'a\udc00b', '\u0000', '\u202e']) hearSafety(lone.repeat(50), ALL);
});

test('what stands around an emergency in other sentences does not change it', () => {
  const chatter = fc.constantFrom(
    'Hello.',
    'How are you today?',
    'I would like to book.',
    'Thank you so much.',
  );
  fc.assert(
    fc.property(fc.array(chatter, { maxLength: 8 }), fc.array(chatter, { maxLength: 8 }), (before, after) => {
      expect(kindOf([...before, 'My father is unconscious.', ...after].join(' '))).toBe('emergency');
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['a'.repeat(10_000)],
  ['a '.repeat(5_000)],
  ['no '.repeat(3_333)],
  ['no chest pain '.repeat(700)],
  ['i dont think '.repeat(700)],
  ['bleeding '.repeat(1_100)],
  ['swelling hard problem trouble '.repeat(330)],
  ['you are so very '.repeat(625)],
  ['Dr. '.repeat(2_500)],
  ['a. '.repeat(3_300)],
  ['? no '.repeat(2_000)],
  ['😀'.repeat(5_000)],
  ['\u0000\u0007 '.repeat(3_333)],
  [' '.repeat(10_000)],
  ['\u0301'.repeat(10_000)],
  ['ﷺ'.repeat(10_000)],
  ['سانس نہیں '.repeat(1_000)],
  ['khoon bohat nahi '.repeat(600)],
])('ten thousand characters take no more than linear time: %.20s…', (text) => {
  // Time of this thread only, and the fastest of three: other work on the machine does not count.
  const took = (input: string) =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const before = process.cpuUsage();
        hearSafety(input, ALL);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      }),
    );
  took(text);
  const [half, whole] = [took(text.slice(0, text.length / 2)), took(text)];
  // Twice the text would take four times as long if it were quadratic; a few ms are noise.
  expect(whole).toBeLessThan(3 * half + 25);
  expect(whole).toBeLessThan(500);
});
