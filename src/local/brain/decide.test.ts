import { describe, expect, test } from 'vitest';
import {
  GREETING,
  MESSAGE_TOOL,
  SLOTS,
  TOOLS,
  ask,
  booked,
  call,
  offered,
  text,
  tool,
} from './sample-conversation.ts';

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
    expect(ask([GREETING, said])).toMatchObject({
      kind: 'say',
      text: expect.stringContaining(start) as unknown,
    });
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
    expect(offer).toMatchObject({ text: expect.stringContaining('Shall I take a message') as unknown });
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
