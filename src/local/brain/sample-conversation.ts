import { decide } from './decide.ts';
import type { ChatMessage, ChatRequest, Decision } from './wire.ts';

/** The prompt of an invented clinic. */
export const PROMPT = `You are the telephone receptionist of Riverside Example Dental, a dental clinic. You are an AI assistant and say so when asked.
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

/** A function tool. */
export const tool = (
  name: string,
  description: string,
  properties: Record<string, unknown>,
  required: string[] = [],
) => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required } },
});
/** Any string. */
export const text = { type: 'string' };
/** The receptionist's tools. */
export const TOOLS = [
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
/** One more, for messages. */
export const MESSAGE_TOOL = tool(
  'take_message',
  'Pass a message on to the team.',
  { caller_name: text, message: text },
  ['caller_name', 'message'],
);

/** Three free times. */
export const SLOTS = {
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
/** One free time. */
export const ONE_SLOT = {
  slots: SLOTS.slots.slice(0, 1),
  say: 'I have Tuesday the 1st of December at 10 in the morning. May I have your name for it?',
};
/** A booking that was read back. */
export const READ_BACK = {
  read_back: true,
  say: "That's a check-up on Tuesday at 10, for Sara Khan. Is that right?",
};
/** A booking that was made. */
export const BOOKED = {
  booked: true,
  say: "You're booked for Tuesday at 10. Is there anything else I can do for you?",
};

/** A conversation: a string is the caller's turn, `{ agent }` the agent's, `{ call, args, result }` a tool that ran. */
export type Turn = string | { agent: string } | { call: string; args?: object; result: object | string };

/** What is decided at the end of a conversation. */
export function ask(turns: Turn[], more: Partial<ChatRequest> = {}): Decision {
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

/** The decision to call a tool. */
export const call = (name: string, args: object = {}) => ({ kind: 'call', name, args });
/** How the agent begins. */
export const GREETING = { agent: 'Riverside Example Dental, good day. How can I help you?' };
/** A conversation in which times were offered. */
export const offered: Turn[] = [
  GREETING,
  'I would like to book a check-up on Tuesday.',
  { call: 'find_slots', args: { service: 'check-up', day: 'tuesday' }, result: SLOTS },
  { agent: SLOTS.say },
];
/** The same, and the name was asked for. */
export const named: Turn[] = [...offered, 'the first one', { agent: 'May I have your name, please?' }];
/** The same, and the booking was read back. */
export const readBack: Turn[] = [
  ...named,
  'Sara Khan',
  { call: 'prepare_booking', args: { slot_id: 's1', patient_name: 'Sara Khan' }, result: READ_BACK },
  { agent: READ_BACK.say },
];
/** The same, and it was made. */
export const booked: Turn[] = [
  ...readBack,
  'yes please',
  { call: 'confirm_booking', result: BOOKED },
  { agent: BOOKED.say },
];
