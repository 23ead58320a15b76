import { describe, expect, test } from 'vitest';
import { type Turn, GREETING, ONE_SLOT, ask, call, named, offered, readBack } from './sample-conversation.ts';

describe('a caller who wants an appointment', () => {
  test.each<[string, object]>([
    ["I'd like to book a check-up.", { service: 'check-up' }],
    [
      'id like to book a checkup on tuesday at ten in the morning',
      { service: 'check-up', day: 'tuesday', time: '10:00' },
    ],
    ["I'd like to look a chuck up on Tuesday.", { service: 'check-up', day: 'tuesday' }],
    [
      'can i get a teeth cleaning tomorrow afternoon',
      { service: 'cleaning', day: 'tomorrow', part_of_day: 'afternoon' },
    ],
    ['I need a clean in next Wednesday.', { service: 'cleaning', day: 'next wednesday' }],
    [
      'root canal with doctor sampel on the third of december',
      { service: 'root-canal', day: '3 December', practitioner: 'Dr. Nora Sample' },
    ],
    ['I have a terrible tooth ache, do you have anything today?', { service: 'emergency', day: 'today' }],
    [
      'A checkup on Wensday at half past two please',
      { service: 'check-up', day: 'wednesday', time: '14:30' },
    ],
    [
      'check up the day after tomorrow at 3 p.m.',
      { service: 'check-up', day: 'day after tomorrow', time: '15:00' },
    ],
    [
      'not a cleaning a check up please on friday evening',
      { service: 'check-up', day: 'friday', part_of_day: 'evening' },
    ],
    ['Good morning. Can I book a cleaning on the 27th?', { service: 'cleaning', day: 'the 27th' }],
    [
      'book a cleaning tomorrow afternoon, my name is Omar Test',
      { service: 'cleaning', day: 'tomorrow', part_of_day: 'afternoon' },
    ],
  ])('is searched for: %s', (said, args) => {
    expect(ask([GREETING, said])).toEqual(call('find_slots', args));
  });

  test('is asked for the service when none was understood, and told the services the second time', () => {
    expect(ask([GREETING, 'I want to make an appointment for Tuesday.'])).toEqual({
      kind: 'say',
      text: 'Which service would you like?',
    });
    const again = ask([
      GREETING,
      'I want to make an appointment.',
      { agent: 'Which service would you like?' },
      'the blurb thing',
    ]);
    expect(again).toMatchObject({
      kind: 'say',
      text: expect.stringContaining('check-up, cleaning') as unknown,
    });
  });

  test('keeps the day said earlier when the service comes later', () => {
    const turns = [
      GREETING,
      'I want an appointment tomorrow.',
      { agent: 'Which service would you like?' },
      'A chekup.',
    ];
    expect(ask(turns)).toEqual(call('find_slots', { service: 'check-up', day: 'tomorrow' }));
  });

  test('may say one sentence in two pieces', () => {
    expect(ask([GREETING, "I'd like to book", 'a cleaning on Monday.'])).toEqual(
      call('find_slots', { service: 'cleaning', day: 'monday' }),
    );
  });
});

describe('what a recogniser really made of synthetic voices', () => {
  test.each<[string, object]>([
    [
      "I'd like to book a check up on two, the at ten in the morning.",
      { service: 'check-up', time: '10:00' },
    ],
    [
      "I'd like to be cocleaning to-morrow afternoon.",
      { service: 'cleaning', day: 'tomorrow', part_of_day: 'afternoon' },
    ],
    [
      "I'd like to book a gleaming tomorrow afternoon.",
      { service: 'cleaning', day: 'tomorrow', part_of_day: 'afternoon' },
    ],
    ["I'd like to see the octopus later for a check up on Friday.", { service: 'check-up', day: 'friday' }],
  ])('is searched for: %s', (said, args) => {
    expect(ask([GREETING, said])).toEqual(call('find_slots', args));
  });

  test.each(['Tim in the morning is fine.', 'With a first one please'])(
    'chooses the first time by "%s"',
    (said) => {
      expect(ask([...offered, said])).toEqual({ kind: 'say', text: 'May I have your name, please?' });
    },
  );

  test.each(['No, whenceee?', 'No grimty.', 'Not some cue.'])('"%s" books nothing and is no name', (said) => {
    expect(ask([...readBack, said])).toEqual({
      kind: 'say',
      text: 'All right. What would you like to change?',
    });
    expect(ask([...named, said])).toMatchObject({ kind: 'say' });
  });
});

describe('a caller to whom times were offered', () => {
  test.each<[string, string]>([
    ['the first one', 's1'],
    ['ten', 's1'],
    ['Tan, please.', 's1'],
    ['ten thirty please', 's2'],
    ['half past ten', 's2'],
    ['10:30.', 's2'],
    ['Tend 30.', 's2'],
    ['I will take the second', 's2'],
    ['the last one', 's3'],
    ['the later one', 's3'],
    ['two in the afternoon is good', 's3'],
    ['to oclock', 's3'],
    ['the afternoon one', 's3'],
    ['with doctor placeholder', 's3'],
  ])('chooses by "%s"', (said, slot_id) => {
    expect(
      ask([...offered, `${said}`, { agent: 'May I have your name, please?' }, 'my name is Sara Khan']),
    ).toEqual(call('prepare_booking', { slot_id, patient_name: 'Sara Khan' }));
    expect(ask([...offered, said])).toMatchObject({
      kind: 'say',
      text: expect.stringContaining('name') as unknown,
    });
  });

  test.each<[string, object]>([
    ['Do you have anything on Wednesday?', { service: 'check-up', day: 'wednesday' }],
    ['no thursday at nine please', { service: 'check-up', day: 'thursday', time: '09:00' }],
    ['Is there something at four?', { service: 'check-up', day: 'tuesday', time: '16:00' }],
    ['actually i want a cleaning', { service: 'cleaning', day: 'tuesday' }],
    ['have you got anything in the evening', { service: 'check-up', day: 'tuesday', part_of_day: 'evening' }],
  ])('changes the search by "%s"', (said, args) => {
    expect(ask([...offered, said])).toEqual(call('find_slots', args));
  });

  test('is asked which one when a yes could mean any', () => {
    expect(ask([...offered, 'Yes, please.'])).toMatchObject({
      text: expect.stringMatching(/^Which would you like: .* or /) as unknown,
    });
    expect(ask([...offered, 'in the morning'])).toMatchObject({
      text: expect.stringContaining('half past 10') as unknown,
    });
  });

  test('is asked for another time when none suits', () => {
    expect(ask([...offered, 'no none of those'])).toMatchObject({
      text: 'Which other day or time would suit you?',
    });
  });

  test('takes the only time by giving the name for it', () => {
    const turns = [
      GREETING,
      'a check up please',
      { call: 'find_slots', args: { service: 'check-up' }, result: ONE_SLOT },
      { agent: ONE_SLOT.say },
    ];
    expect(ask([...turns, "It's Sara Khan."])).toEqual(
      call('prepare_booking', { slot_id: 's1', patient_name: 'Sara Khan' }),
    );
    expect(ask([...turns, 'yes that is good'])).toMatchObject({ text: 'May I have your name, please?' });
  });

  test('gets an answer to a question and is led back', () => {
    expect(ask([...offered, 'is there parking?'])).toEqual({
      kind: 'say',
      text: 'Yes, there is free parking behind the building. Which of those times would you like?',
    });
  });
});

describe('names and read-back', () => {
  test.each([
    ['Sara Khan', 'Sara Khan'],
    ["My name's Sara Khan.", 'Sara Khan'],
    ['Uh, yes, it is sara con, please', 'Sara Con'],
    ['my name is sarah con thats k h a n', 'Sarah Khan'],
    ["this is Maeve O'Brien-Test", "Maeve O'Brien-Test"],
  ])('"%s" is %s', (said, patient_name) => {
    expect(ask([...named, said])).toEqual(call('prepare_booking', { slot_id: 's1', patient_name }));
  });

  test.each(['what did you say', 'um', 'sorry', 'how much is that?'])('"%s" is no name', (said) => {
    expect(ask([...named, said]).kind).toBe('say');
  });

  test.each([
    'yes',
    'Yes, please.',
    'guess please',
    "that's right",
    'correct',
    'yeah sounds good',
    'yes bleed',
    "no that's right",
    'Yes, thank you. Goodbye.',
  ])('"%s" confirms', (said) => {
    expect(ask([...readBack, said])).toEqual(call('confirm_booking'));
  });

  test.each<[string, object]>([
    ['no, my name is Sara Kane', call('prepare_booking', { slot_id: 's1', patient_name: 'Sara Kane' })],
    ['no the second one', call('prepare_booking', { slot_id: 's2', patient_name: 'Sara Khan' })],
    ['No, ten thirty.', call('prepare_booking', { slot_id: 's2', patient_name: 'Sara Khan' })],
    ['no, Wednesday', call('find_slots', { service: 'check-up', day: 'wednesday' })],
    ['no i want a cleaning', call('find_slots', { service: 'cleaning', day: 'tuesday' })],
    ['no', { kind: 'say', text: 'All right. What would you like to change?' }],
    ['blurb blah', { kind: 'say', text: 'Sorry, shall I book that? Please say yes or no.' }],
    [
      'Do you take insurance?',
      { kind: 'say', text: 'We take most dental insurance. Shall I book it for you?' },
    ],
  ])('"%s" does not', (said, expected) => {
    expect(ask([...readBack, said])).toEqual(expected);
  });

  test('a yes after a no is asked about once more before anything is booked', () => {
    const turns: Turn[] = [...readBack, 'no', { agent: 'All right. What would you like to change?' }, 'yes'];
    const again = ask(turns) as { text: string };
    expect(again.text).toMatch(/^Shall I book it/);
    expect(ask([...turns, { agent: again.text }, 'yes'])).toEqual(call('confirm_booking'));
  });

  test('a phone number that was asked for completes the booking', () => {
    const missing = { missing: 'phone', say: 'Which phone number can we reach you on?' };
    const turns = [
      ...named,
      'Sara Khan',
      { call: 'prepare_booking', args: { slot_id: 's1', patient_name: 'Sara Khan' }, result: missing },
      { agent: missing.say },
    ];
    expect(ask([...turns, 'zero three double zero, five five five, oh one oh one'])).toEqual(
      call('prepare_booking', { slot_id: 's1', patient_name: 'Sara Khan', phone: '03005550101' }),
    );
  });
});
