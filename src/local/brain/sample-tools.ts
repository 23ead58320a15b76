import { text, tool } from './sample-conversation.ts';

const SERVICE = { type: 'string', enum: ['check-up', 'cleaning', 'root-canal', 'emergency'] };
const PART = { type: 'string', enum: ['morning', 'afternoon', 'evening', 'any'] };
const PRACTITIONER = { type: 'string', enum: ['Dr. Nora Sample', 'Dr. Omar Placeholder'] };
const PERSON = { full_name: text, date_of_birth: text, phone: text };

/** The tools of a receptionist who verifies patients. */
export const DESK_TOOLS = [
  tool(
    'find_slots',
    'Look up free appointment times.',
    { service: SERVICE, day: text, part_of_day: PART, time: text, practitioner: PRACTITIONER },
    ['service'],
  ),
  tool(
    'identify_patient',
    'Verify who the patient is, by full name and date of birth in the words of the caller.',
    PERSON,
    ['full_name', 'date_of_birth'],
  ),
  tool('register_patient', "Read a new patient's details back. Nothing is stored yet.", PERSON, [
    'full_name',
    'date_of_birth',
  ]),
  tool(
    'prepare_booking',
    'Read a booking back to the caller. Nothing is booked yet.',
    { slot_id: text, patient: text },
    ['slot_id'],
  ),
  tool('list_appointments', "Tell a verified patient's appointments.", { patient: text }),
  tool(
    'prepare_change',
    'Read back moving an appointment to another slot.',
    { appointment_id: text, slot_id: text },
    ['appointment_id', 'slot_id'],
  ),
  tool('prepare_cancellation', 'Read back cancelling an appointment.', { appointment_id: text }, [
    'appointment_id',
  ]),
  tool('confirm', 'Do what was just read back, after the caller has said yes.', {}),
  tool(
    'join_waiting_list',
    'Put a verified patient on the waiting list.',
    { service: SERVICE, day: text, part_of_day: PART, practitioner: PRACTITIONER, patient: text },
    ['service'],
  ),
  tool(
    'leave_message',
    'Leave a message for the front desk.',
    { message: text, urgent: { type: 'boolean' } },
    ['message'],
  ),
  tool('transfer', 'Connect the caller with a person.', { reason: text }, ['reason']),
  tool(
    'request_keypad',
    "Have the caller type on their telephone's keys.",
    { what: { type: 'string', enum: ['birth_date', 'phone', 'code'] } },
    ['what'],
  ),
  tool('adjust_speech', 'Speak slower or faster.', { slower: { type: 'boolean' } }, ['slower']),
  tool(
    'switch_language',
    'Go on in another language.',
    { language: { type: 'string', enum: ['en', 'es', 'ur'] } },
    ['language'],
  ),
  tool('end_call', 'Say goodbye and end the call.', {}),
];
