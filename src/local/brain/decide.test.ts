import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { fits, isObject, readTools } from './schema.ts';
import type { ChatMessage, ChatRequest, Decision } from './wire.ts';

const PROMPT = `You are the telephone receptionist of Riverside Example Dental, a dental clinic. You are an AI assistant and say so when asked.
It is Tuesday, 24 November 2026, 08:10 at the clinic (Europe/Berlin).

Opening hours:
- Monday: 09:00-17:00
- Tuesday: 09:00-17:00
- Wednesday: 09:00-13:00 and 14:00-18:30
- Thursday: 09:00-17:00
- Friday: 09:00-17:00
- Saturday: 10:00-14:00
- Sunday: closed

Services:
- check-up: Check-up, 30 minutes (also: checkup, check up, examination, dental check-up)
- cleaning: Cleaning, 45 minutes (also: teeth cleaning, hygiene)
- root-canal: Root canal, 90 minutes (also: root treatment)
- emergency: Emergency visit, 30 minutes (also: toothache, broken tooth, pain)

Practitioners:
- Dr. Nora Sample, Dentist
- Dr. Omar Placeholder, Dentist

Questions and answers:
Q: How much does it cost? A: A check-up is 40 euros and a cleaning 80. Ask us about the rest. We also send an estimate.
Q: Where are you? A: We are at 12 Sample Street, above the bakery.
Q: Is there parking? A: Yes, there is free parking behind the building.
Q: Do you take insurance? A: We take most dental insurance.
Q: Do you treat children? A: Yes, from the age of three.

Rules:
- Give no medical advice. In an emergency tell the caller to call the emergency services at once.
- When the caller is done, call end_call.`;

const tool = (
  name: string,
  description: string,
  properties: Record<string, unknown>,
  required: string[] = [],
) => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required } },
});
const text = { type: 'string' };
const TOOLS = [
  tool(
    'find_slots',
    'Look up free appointment times.',
    {
      service: { type: 'string', enum: ['check-up', 'cleaning', 'root-canal', 'emergency'] },
      day: text,
      part_of_day: { type: 'string', enum: ['morning', 'afternoon', 'evening', 'any'] },
      time: text,
      practitioner: { type: 'string', enum: ['Dr. Nora Sample', 'Dr. Omar Placeholder'] },
    },
    ['service'],
  ),
  tool('prepare_booking', 'Read the booking back.', { slot_id: text, patient_name: text, phone: text }, [
    'slot_id',
    'patient_name',
  ]),
  tool('confirm_booking', 'Book what was just read back, after the caller said yes.', {}),
  tool('end_call', 'Say goodbye and end the call.', {}),
];
const MESSAGE_TOOL = tool(
  'take_message',
  'Pass a message on to the team.',
  { caller_name: text, message: text },
  ['caller_name', 'message'],
);

const SLOTS = {
  service: 'check-up',
  slots: [
    ['s1', '10:00', '10 in the morning', 'Dr. Nora Sample'],
    ['s2', '10:30', 'half past 10 in the morning', 'Dr. Nora Sample'],
    ['s3', '14:00', '2 in the afternoon', 'Dr. Omar Placeholder'],
  ].map(([slot_id, time, spoken, who]) => ({
    slot_id,
    date: '2026-12-01',
    weekday: 'Tuesday',
    time,
    practitioner: who,
    spoken: `${spoken} with ${who}`,
  })),
  say: 'On Tuesday the 1st of December I have 10, half past 10 in the morning or 2 in the afternoon. Which suits you?',
};
const ONE_SLOT = {
  slots: SLOTS.slots.slice(0, 1),
  say: 'I have Tuesday the 1st of December at 10 in the morning. May I have your name for it?',
};
const READ_BACK = {
  read_back: true,
  say: "That's a check-up on Tuesday at 10, for Sara Khan. Is that right?",
};
const BOOKED = {
  booked: true,
  say: "You're booked for Tuesday at 10. Is there anything else I can do for you?",
};

/** A conversation: a string is the caller's turn, `{ agent }` the agent's, `{ call, args, result }` a tool that ran. */
type Turn = string | { agent: string } | { call: string; args?: object; result: object | string };

function ask(turns: Turn[], more: Partial<ChatRequest> = {}): Decision {
  const messages: ChatMessage[] = [{ role: 'system', content: PROMPT }];
  for (const [at, turn] of turns.entries()) {
    if (typeof turn === 'string') messages.push({ role: 'user', content: turn });
    else if ('agent' in turn) messages.push({ role: 'assistant', content: turn.agent });
    else {
      const call = { name: turn.call, arguments: JSON.stringify(turn.args ?? {}) };
      messages.push({ role: 'assistant', content: null, tool_calls: [{ id: `c${at}`, function: call }] });
      const content = typeof turn.result === 'string' ? turn.result : JSON.stringify(turn.result);
      messages.push({ role: 'tool', tool_call_id: `c${at}`, content });
    }
  }
  return decide({
    model: 'test',
    messages,
    tools: TOOLS,
    tool_choice: 'auto',
    response_format: undefined,
    ...more,
  });
}

const call = (name: string, args: object = {}) => ({ kind: 'call', name, args });
const GREETING = { agent: 'Riverside Example Dental, good day. How can I help you?' };
const offered: Turn[] = [
  GREETING,
  'I would like to book a check-up on Tuesday.',
  { call: 'find_slots', args: { service: 'check-up', day: 'tuesday' }, result: SLOTS },
  { agent: SLOTS.say },
];
const named: Turn[] = [...offered, 'the first one', { agent: 'May I have your name, please?' }];
const readBack: Turn[] = [
  ...named,
  'Sara Khan',
  { call: 'prepare_booking', args: { slot_id: 's1', patient_name: 'Sara Khan' }, result: READ_BACK },
  { agent: READ_BACK.say },
];
const booked: Turn[] = [
  ...readBack,
  'yes please',
  { call: 'confirm_booking', result: BOOKED },
  { agent: BOOKED.say },
];

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
    expect(again).toMatchObject({ kind: 'say', text: expect.stringContaining('check-up, cleaning') });
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
    expect(ask([...offered, said])).toMatchObject({ kind: 'say', text: expect.stringContaining('name') });
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
      text: expect.stringMatching(/^Which would you like: .* or /),
    });
    expect(ask([...offered, 'in the morning'])).toMatchObject({
      text: expect.stringContaining('half past 10'),
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

describe('everything else', () => {
  test.each<[string, string]>([
    ['When are you open?', "We're open Monday to Tuesday from 9 in the morning to 5 in the evening, and"],
    ['are you open on sunday', "We're closed on Sunday."],
    ['What time do you close today?', "We're open from 9 in the morning to 5 in the evening today."],
    ['Are you a robot?', "I'm an AI assistant"],
    ['how much is a check up', 'A check-up is 40 euros and a cleaning 80. Ask us about the rest.'],
    ['where are you located', 'We are at 12 Sample Street'],
    ['can i park there', 'Yes, there is free parking'],
    ['do you see kids', 'Yes, from the age of three.'],
    ['How long does a cleaning take?', 'A cleaning takes about 45 minutes.'],
    ['Do you have a swimming pool for the fish?', "I'm sorry, I don't know that."],
    ['hello', 'Hello. How can I help you?'],
    ['I have chest pain and I cannot breathe', 'If this is an emergency, please hang up'],
    ['', "Sorry, I didn't catch that."],
    ['blah blurb', "Sorry, I didn't quite get that."],
    ['I want to cancel my appointment', "I'm sorry, I can't do that on this line."],
  ])('"%s" is answered', (said, start) => {
    expect(ask([GREETING, said])).toMatchObject({ kind: 'say', text: expect.stringContaining(start) });
  });

  test.each(['No, thank you.', "no that's all thanks bye", 'Goodbye.', 'good bye'])(
    '"%s" ends the call',
    (said) => {
      expect(ask([...booked, said])).toEqual(call('end_call'));
    },
  );

  test('a second booking after the first starts afresh and keeps the name', () => {
    expect(ask([...booked, 'yes i also need a cleaning on friday'])).toEqual(
      call('find_slots', { service: 'cleaning', day: 'friday' }),
    );
  });

  test('a tool result is said in its own words, or summed up', () => {
    expect(ask([...offered.slice(0, 3)])).toEqual({ kind: 'say', text: SLOTS.say });
    const plain = { slots: SLOTS.slots.slice(0, 2) };
    expect(
      ask([GREETING, 'check up', { call: 'find_slots', args: { service: 'check-up' }, result: plain }]),
    ).toEqual({
      kind: 'say',
      text: 'I have 10 in the morning with Dr. Nora Sample or half past 10 in the morning with Dr. Nora Sample. Which suits you?',
    });
  });

  test('an unanswered question becomes a message when a tool takes messages', () => {
    const tools = [...TOOLS, MESSAGE_TOOL];
    const question = 'Do you sell electric toothbrushes?';
    const offer = ask([GREETING, question], { tools });
    expect(offer).toMatchObject({ text: expect.stringContaining('Shall I take a message') });
    const turns = [
      GREETING,
      question,
      { agent: (offer as { text: string }).text },
      'yes please',
      { agent: 'May I have your name, please?' },
    ];
    expect(ask([...turns, 'Omar Test'], { tools })).toEqual(
      call('take_message', { caller_name: 'Omar Test', message: question }),
    );
  });

  test('with other names for everything the tools are still understood', () => {
    const tools = [
      tool(
        'search_availability',
        'Search open times',
        {
          treatment: { type: 'string', enum: ['xray', 'vaccination'] },
          date: { type: 'string', format: 'date' },
        },
        ['treatment', 'date'],
      ),
      tool('reserve', 'Reserve a time', { slotId: { type: 'integer' }, fullName: text }, [
        'slotId',
        'fullName',
      ]),
    ];
    expect(ask(['I need an X-ray.'], { tools })).toEqual({ kind: 'say', text: 'Which day would suit you?' });
    expect(ask(['I need an X-ray tomorrow.'], { tools })).toEqual(
      call('search_availability', { treatment: 'xray', date: '2026-11-25' }),
    );
    const result = {
      times: [
        { id: 7, label: '10 in the morning' },
        { id: 8, label: '11 in the morning' },
      ],
    };
    const turns = [
      'an x ray tomorrow my name is Omar Test',
      { call: 'search_availability', result },
      { agent: 'I have 10 or 11. Which suits you?' },
      'eleven',
    ];
    expect(ask(turns, { tools })).toEqual(call('reserve', { slotId: 8, fullName: 'Omar Test' }));
  });

  test('tool_choice and response_format are obeyed', () => {
    expect(ask([GREETING, 'a check up please'], { tool_choice: 'none' }).kind).toBe('say');
    expect(ask([GREETING, 'hello'], { tool_choice: 'required' })).toMatchObject({
      kind: 'call',
      name: 'find_slots',
    });
    expect(
      ask([GREETING, 'bye'], { tool_choice: { type: 'function', function: { name: 'confirm_booking' } } }),
    ).toEqual(call('confirm_booking'));
    const schema = {
      type: 'object',
      properties: { outcome: { enum: ['booked', 'none'] }, note: text },
      required: ['outcome', 'note'],
    };
    const json = ask([...booked], {
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(JSON.parse((json as { text: string }).text)).toMatchObject({ outcome: 'booked' });
  });
});

describe('whatever it is sent', () => {
  const words = fc.constantFrom(
    'yes',
    'no',
    'check',
    'up',
    'the',
    'first',
    'tuesday',
    'ten',
    'my',
    'name',
    'is',
    'cancel',
    'bye',
    'message',
    'at',
    '10:30',
    'khan',
    '?',
    '…',
    '\u0000',
    'later',
  );
  const said = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const content = fc.oneof(
    said,
    fc.json(),
    fc.constant(null),
    fc.constantFrom(JSON.stringify(SLOTS), JSON.stringify(READ_BACK), JSON.stringify(BOOKED)),
  );
  const toolCalls = fc.option(
    fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b'),
        function: fc.record({
          name: fc.constantFrom('find_slots', 'prepare_booking', 'confirm_booking', 'x'),
          arguments: fc.oneof(fc.json(), said),
        }),
      }),
      { maxLength: 2 },
    ),
  );
  const message = fc.record({
    role: fc.constantFrom('user', 'user', 'assistant', 'tool', 'system', 'odd'),
    content,
    tool_calls: toolCalls,
    tool_call_id: fc.constantFrom('a', 'b', null),
  });
  const property = fc.oneof(
    fc.constant(text),
    fc.record(
      {
        type: fc.constantFrom('string', 'integer', 'boolean', 'array', 'object', 'null'),
        enum: fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    fc.constant({ anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] }),
  );
  const keys = fc.constantFrom(
    'service',
    'day',
    'time',
    'slot_id',
    'name',
    'phone',
    'message',
    'urgent',
    'count',
  );
  const randomTool = fc
    .record({
      name: fc.constantFrom('find', 'book_it', 'take_message', 'confirm', 'cancel_visit', 'end_call', 'zzz'),
      properties: fc.dictionary(keys, property, { maxKeys: 4 }),
    })
    .map(({ name, properties }) => tool(name, '', properties, Object.keys(properties).slice(0, 3)));
  const tools = fc.oneof(
    fc.constant([...TOOLS, MESSAGE_TOOL]),
    fc.array(fc.oneof(randomTool, fc.jsonValue()), { maxLength: 4 }),
  );
  const choice = fc.constantFrom('auto', 'none', 'required', undefined, {
    type: 'function',
    function: { name: 'find' },
  });

  test('it never throws, and calls only offered tools with arguments that fit', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 9 }),
        tools,
        choice,
        said,
        (messages, offeredTools, tool_choice, system) => {
          const decision = decide({
            model: 'm',
            messages: [{ role: 'system', content: system }, ...messages],
            tools: [...offeredTools],
            tool_choice,
            response_format: undefined,
          });
          if (decision.kind === 'say') {
            expect(typeof decision.text).toBe('string');
            return;
          }
          const named = readTools(offeredTools).filter((one) => one.name === decision.name);
          expect(named).not.toEqual([]);
          expect(tool_choice).not.toBe('none');
          expect(isObject(decision.args)).toBe(true);
          const params = named[0]?.params ?? [];
          for (const param of params.filter((one) => one.required))
            expect(Object.keys(decision.args)).toContain(param.name);
          for (const [key, value] of Object.entries(decision.args)) {
            const param = params.find((one) => one.name === key);
            expect(param && (fits(param, value) || tool_choice !== 'auto')).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
