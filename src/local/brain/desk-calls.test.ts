import { describe, expect, test } from 'vitest';
import { play } from './sample-call.ts';
import { PROMPT } from './sample-conversation.ts';
import { SampleDesk } from './sample-desk.ts';

const SARA = 'Sara Khan, third of May nineteen ninety';
const ALI = 'Ali Khan, 4th of June 2015';
const onRecord = () => new SampleDesk().add('Sara Khan', 'check-up', '2026-12-01', '10:00');
const two = () => onRecord().add('Sara Khan', 'cleaning', '2026-12-02', '11:00');
const visits = (desk: SampleDesk) =>
  desk.visits.map((one) => `${one.of}: ${one.service} ${one.date} ${one.time}`);

describe('a whole call books', () => {
  test.each<[string, string[], string[]]>([
    [
      'for somebody on record',
      ["I'd like to book a check-up on Tuesday.", 'the first one', SARA, 'yes please', 'no thanks, bye'],
      ['Sara Khan: check-up 2026-12-01 09:00'],
    ],
    [
      'as a recogniser hears it',
      [
        'id like to book a chuck up on choosday',
        'with the first one',
        'sara khan',
        'third of may nineteen nighty',
        'guess please',
        'no thats all',
      ],
      ['Sara Khan: check-up 2026-12-01 09:00'],
    ],
    [
      'when everything is said at once',
      [
        'My name is Sara Khan, I was born on the 3rd of May 1990 and I need a check-up on Tuesday at ten.',
        'yes',
        "that's right",
        'bye',
      ],
      ['Sara Khan: check-up 2026-12-01 10:00'],
    ],
    [
      'the time chosen last',
      ['a check up on monday', 'nine', 'actually can we do thursday instead', 'ten', SARA, 'correct', 'bye'],
      ['Sara Khan: check-up 2026-11-26 10:00'],
    ],
    [
      'what was corrected at the read-back',
      ['a check up on monday', 'nine', SARA, 'no, Wednesday', 'the last one', 'go ahead', 'bye'],
      ['Sara Khan: check-up 2026-11-25 14:00'],
    ],
    [
      'for somebody new, whose name is spelled',
      [
        'I am a new patient and I need a cleaning on Friday',
        'ten',
        'Omar Test',
        'the fourth of June 1985',
        "no, it's spelled T E S S T",
        'yes',
        "yes that's right",
        'bye',
      ],
      ['Omar Tesst: cleaning 2026-11-27 10:00'],
    ],
    [
      'for a son and a daughter',
      [
        'check-ups for my two children on Wednesday',
        'the first one',
        ALI,
        'yes',
        'and one for my daughter on the same day',
        "ten o'clock",
        'Ayesha Khan, born on the first of January 2018',
        'she is new',
        'yes',
        'sure',
        'yes',
        'bye',
      ],
      ['Ali Khan: check-up 2026-11-25 09:00', 'Ayesha Khan: check-up 2026-11-25 10:00'],
    ],
    [
      'for the son of a caller who says first who he is',
      [
        'this is Sara Khan, born 3rd of May 1990, and I want a check-up for my son on Monday',
        'nine',
        ALI,
        'yes',
        'and a cleaning on Tuesday for me',
        'the last one',
        'yes',
        'bye',
      ],
      ['Ali Khan: check-up 2026-11-30 09:00', 'Sara Khan: cleaning 2026-12-01 14:00'],
    ],
    [
      'for one of two by name',
      [
        'this is Sara Khan born 3rd of May 1990',
        'and my son is Ali Khan born 4th of June 2015',
        'a cleaning on Tuesday',
        'the first one',
        'yes',
        'now a check-up on Friday',
        'ten',
        'for Sara',
        'yes go ahead',
        'bye',
      ],
      ['Ali Khan: cleaning 2026-12-01 09:00', 'Sara Khan: check-up 2026-11-27 10:00'],
    ],
    [
      'in Spanish',
      [
        'Hola, quisiera una cita',
        'una limpieza el martes por la tarde',
        'la primera',
        'Me llamo Sara Khan, nací el 3 de mayo de 1990',
        'sí, correcto',
        'no gracias, adiós',
      ],
      ['Sara Khan: cleaning 2026-12-01 14:00'],
    ],
    [
      'in Urdu',
      [
        'salam mujhe mangal ko safai ki appointment chahiye',
        'safai mangal ko',
        'pehli wali',
        'mera naam sara khan 3 may 1990',
        'ji haan',
        'shukriya khuda hafiz',
      ],
      ['Sara Khan: cleaning 2026-12-01 09:00'],
    ],
  ])('%s', (_, lines, expected) => {
    const { desk, transcript } = play(lines);
    expect(visits(desk), transcript).toEqual(expected);
    expect(desk.ended, transcript).toBe(true);
  });
});

describe('an appointment on record', () => {
  test.each<[string, () => SampleDesk, string[], string[]]>([
    [
      'is read out',
      onRecord,
      ['when is my appointment', SARA, 'no thanks', 'bye'],
      ['Sara Khan: check-up 2026-12-01 10:00'],
    ],
    [
      'is read out, asked for otherwise',
      onRecord,
      ["Hello. I'd like to know when my appointment is.", SARA, 'no thanks', 'bye'],
      ['Sara Khan: check-up 2026-12-01 10:00'],
    ],
    [
      'is cancelled',
      onRecord,
      ['I want to cancel my appointment', SARA, 'cancel it please', 'yes', 'bye'],
      [],
    ],
    [
      'stays after a no',
      onRecord,
      ['cancel my appointment', SARA, 'cancel it', 'no, keep it', 'bye'],
      ['Sara Khan: check-up 2026-12-01 10:00'],
    ],
    [
      'is cancelled, the right one of two',
      two,
      ['i want to cancel my cleaning', SARA, 'the cleaning', 'yes please', 'bye'],
      ['Sara Khan: check-up 2026-12-01 10:00'],
    ],
    [
      'is moved, the right one of two',
      two,
      [
        'i need to move my cleaning to thursday',
        'sara khan 03 05 1990',
        'the cleaning',
        'two in the afternoon',
        'yes',
        'bye',
      ],
      ['Sara Khan: check-up 2026-12-01 10:00', 'Sara Khan: cleaning 2026-11-26 14:00'],
    ],
    [
      'is moved by somebody who cannot come',
      onRecord,
      [
        "I've got an appointment on Tuesday and I can't make it",
        SARA,
        'could I come on Thursday instead',
        'the last one',
        'yes',
        'bye',
      ],
      ['Sara Khan: check-up 2026-11-26 14:00'],
    ],
  ])('%s', (_, makeDesk, lines, expected) => {
    const { desk, transcript } = play(lines, makeDesk());
    expect(visits(desk), transcript).toEqual(expected);
    expect(desk.ended, transcript).toBe(true);
  });
});

describe('besides appointments', () => {
  test('a call that another agent took over still knows who was verified', () => {
    const known = PROMPT.replace(
      'Rules:',
      'Known in this call:\n- p1: Sara Khan, a verified patient\n\nRules:',
    );
    const desk = onRecord();
    desk.verified.set('p1', desk.records[0] ?? { name: '', born: '' });
    const call = play(['cancel my appointment', 'yes, cancel it', 'yes', 'bye'], desk, known);
    expect(visits(call.desk), call.transcript).toEqual([]);
    expect(call.desk.called[0]).toBe('list_appointments {"patient":"p1"}');
  });

  test('a later day is asked for instead of the waiting list', () => {
    const { said } = play(['I need a root canal on Tuesday', 'a later day please']);
    expect(said[1]).toBe('Which other day or time would suit you?');
  });

  test('a caller whom nothing suits goes on the waiting list', () => {
    const { desk } = play(['I need a root canal on Tuesday', 'yes please, the waiting list', SARA, 'bye']);
    expect(desk.waiting).toEqual(['Sara Khan: root-canal']);
  });

  test('three wrong answers leave a message, and none is tried after them', () => {
    const lines = [
      'cancel my appointment',
      'Sara Khan 1st of May 1990',
      'the second of May 1990',
      'Sara Khan 4th of May 1990',
    ];
    const { desk, transcript } = play([...lines, 'please call me back', SARA, 'bye'], onRecord());
    expect(desk.messages, transcript).toEqual(['please call me back']);
    expect(desk.called.filter((one) => one.startsWith('identify'))).toHaveLength(3);
    expect(desk.verified.size).toBe(0);
  });

  test('a message is taken in the caller’s words', () => {
    const said = 'Tell the doctor I will be ten minutes late on Tuesday.';
    expect(play(['Can I leave a message?', said, 'no, bye']).desk.messages).toEqual([said]);
  });

  test('a message may hold a name, a birth date and a wish without being any of them', () => {
    const said = 'This is Sara Khan, born 3rd of May 1990, please cancel my appointment on Tuesday.';
    const { desk } = play(['I want to leave a message', said, 'bye'], onRecord());
    expect(desk.messages).toEqual([said]);
    expect(visits(desk)).toHaveLength(1);
  });

  test('a question without an answer becomes a message, one with an answer does not', () => {
    const { desk, said } = play([
      'Do you take insurance?',
      'Do you sell toothbrushes?',
      'yes please',
      'no bye',
    ]);
    expect(said[0]).toBe('We take most dental insurance.');
    expect(said[1]).toMatch(/don't know/);
    expect(desk.messages).toEqual(['Do you sell toothbrushes?']);
  });

  test('whoever will not say a birth date is offered a message', () => {
    const { desk, said } = play(
      ['cancel my appointment', "I don't want to say that", 'no', 'bye'],
      onRecord(),
    );
    expect(said[1]).toMatch(/take a message/);
    expect(desk.ended).toBe(true);
  });

  test('what is typed on the keypad answers what was asked for, with the name said before', () => {
    const lines = ['when is my appointment', 'my name is Sara Khan', 'can I type it in on the keypad'];
    const { desk, said, transcript } = play(
      [...lines, '[typed on the keypad: 03 05 1990]', 'bye'],
      onRecord(),
    );
    expect(said[2]).toBe("Please type the birth date on your telephone's keys.");
    expect(desk.called, transcript).toContain(
      'identify_patient {"full_name":"Sara Khan","date_of_birth":"03 05 1990"}',
    );
    expect(desk.verified.size).toBe(1);
  });

  test('whoever has a code is asked for that, and whoever speaks instead of typing is heard', () => {
    const { desk, said } = play(
      ['when is my appointment', 'can I use my code', 'Sara Khan, third of May nineteen ninety', 'bye'],
      onRecord(),
    );
    expect(said[1]).toBe("Please type the code on your telephone's keys.");
    expect(desk.verified.size).toBe(1);
  });

  test('0 on the keypad is the wish for a person', () => {
    expect(play(['[pressed 0]']).desk.transferred).toBe(true);
  });

  test('a person, slower speech and another language are had for the asking', () => {
    expect(play(['can I talk to a real person please']).desk.transferred).toBe(true);
    const { desk, said } = play([
      'when is my appointment',
      'could you speak more slowly',
      'yes',
      'do you speak Spanish?',
    ]);
    expect(desk.slower).toBe(true);
    expect(said[2]).toBe(said[0]);
    expect(desk.language).toBe('es');
  });
});
