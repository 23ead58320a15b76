import { DateTime } from 'luxon';
import { resolveBirthDate } from '../../clinic/birth-dates.ts';
import { SampleSlots } from './sample-slots.ts';
import type { JsonObject } from './schema.ts';

const NOW = DateTime.fromISO('2026-11-24T08:10', { zone: 'Europe/Berlin' });
const WHO = { error: 'patient_not_verified', say: 'May I have the full name and date of birth, please?' };
const ELSE = 'Is there anything else I can do for you?';

interface Person {
  name: string;
  born: string;
}
interface Visit {
  id: string;
  of: string;
  service: string;
  date: string;
  time: string;
}
interface Proposal {
  kind: 'booking' | 'change' | 'cancellation' | 'registration';
  turn: number;
  run: () => JsonObject;
}
type Wish = (patient: string) => JsonObject;

/** A front desk in memory whose tools reply as the receptionist's do; what they did stands in its fields. */
export class SampleDesk {
  readonly records: Person[] = [
    { name: 'Sara Khan', born: '1990-05-03' },
    { name: 'Ali Khan', born: '2015-06-04' },
  ];
  readonly visits: Visit[] = [];
  readonly waiting: string[] = [];
  readonly messages: string[] = [];
  readonly verified = new Map<string, Person>();
  readonly called: string[] = [];
  turn = 0;
  transferred = false;
  /** The first one on record has typed their code. */
  codeTyped = false;
  slower = false;
  language = 'en';
  ended = false;
  #failures = 0;
  #wish: Wish | undefined;
  #proposal: Proposal | undefined;
  readonly #slots = new SampleSlots();

  /** Puts an appointment on record. */
  add(of: string, service: string, date: string, time: string): this {
    this.visits.push({ id: `a${this.visits.length + 1}`, of, service, date, time });
    return this;
  }

  /** Runs a tool as the model called it. */
  run(name: string, args: JsonObject): JsonObject {
    this.called.push(`${name} ${JSON.stringify(args)}`);
    const said = (key: string): string => (typeof args[key] === 'string' ? args[key] : '');
    switch (name) {
      case 'find_slots':
        return this.#slots.find(said('service'), said('day'), said('part_of_day'), said('time'));
      case 'identify_patient':
        return this.#identify(said('full_name'), said('date_of_birth'));
      case 'register_patient':
        return this.#register(said('full_name'), said('date_of_birth'));
      case 'prepare_booking':
        return this.#book(said('slot_id'), said('patient'));
      case 'list_appointments':
        return this.#forPatient(said('patient'), (patient) => this.#list(patient));
      case 'prepare_change':
        return this.#change(said('appointment_id'), said('slot_id'));
      case 'prepare_cancellation':
        return this.#cancel(said('appointment_id'));
      case 'confirm':
        return this.#confirm();
      case 'join_waiting_list':
        return this.#forPatient(said('patient'), (patient) => this.#wait(patient, said('service')));
      default:
        return this.#aside(name, args, said);
    }
  }

  #aside(name: string, args: JsonObject, said: (key: string) => string): JsonObject {
    if (name === 'leave_message') {
      this.messages.push(said('message'));
      return { stored: true, say: `I've left your message with our front desk. ${ELSE}` };
    }
    if (name === 'adjust_speech') {
      this.slower = args.slower === true;
      return {
        slower: this.slower,
        say: 'Of course, I will speak more slowly. Shall I say the last part again?',
      };
    }
    if (name === 'switch_language') {
      this.language = said('language');
      return { language: this.language, say: 'Con gusto, sigamos en español. ¿En qué puedo ayudarle?' };
    }
    if (name === 'request_keypad') return this.#keypad(said('what'));
    if (name === 'transfer') {
      this.transferred = true;
      return { transferring: true, say: 'I am connecting you with our front desk.' };
    }
    if (name !== 'end_call') throw new Error(`no such tool: ${name}`);
    this.ended = true;
    return { say: 'Thank you for calling. Goodbye.' };
  }

  /** A code that was typed is checked by this tool without any digits in it. */
  #keypad(what: string): JsonObject {
    const owner = this.records[0];
    if (what === 'code' && this.codeTyped && owner) return this.#welcome(owner, 'verified', 'Thank you.');
    return { keypad: what, say: `Please type the ${what.replace('_', ' ')} on your telephone's keys.` };
  }

  /** Carries a wish out for a verified patient, or keeps it until there is one. */
  #forPatient(key: string, wish: Wish): JsonObject {
    if (this.#failures >= 3) return this.#locked();
    const [only] = this.verified.keys();
    const patient = key !== '' ? key : this.verified.size === 1 ? only : undefined;
    if (patient !== undefined && this.verified.has(patient)) return wish(patient);
    this.#wish = wish;
    if (this.verified.size < 2 || key !== '') return WHO;
    const patients = [...this.verified].map(([one, { name }]) => ({ patient: one, full_name: name }));
    const names = patients.map(({ full_name }) => full_name).join(' or ');
    return { error: 'which_patient', patients, say: `Is that for ${names}?` };
  }

  #locked(): JsonObject {
    const say =
      "I'm sorry, I can't verify that on the phone. I can take a message for our front desk instead. What shall I tell them?";
    return { verified: false, locked: true, say };
  }

  #identify(name: string, birth: string): JsonObject {
    if (this.#failures >= 3) return this.#locked();
    const born = resolveBirthDate(birth, NOW)?.toISODate();
    if (born === undefined || born === null)
      return {
        error: 'birth_date_invalid',
        say: 'Sorry, could you tell me the date of birth once more, with day, month and year?',
      };
    const found = this.records.find(
      (one) => one.name.toLowerCase() === name.toLowerCase() && one.born === born,
    );
    if (found) return this.#welcome(found, 'verified', `Thank you, ${found.name}.`);
    this.#failures++;
    if (this.#failures >= 3) return this.#locked();
    return {
      verified: false,
      attempts_left: 3 - this.#failures,
      say: `I can't match ${name} with our records. Could you give me the full name and date of birth once more? Or tell me if you are new here.`,
    };
  }

  #welcome(person: Person, proof: 'verified' | 'registered', thanks: string): JsonObject {
    const known = [...this.verified].find(([, one]) => one === person)?.[0];
    const patient = known ?? `p${this.verified.size + 1}`;
    this.verified.set(patient, person);
    const base = { [proof]: true, patient, full_name: person.name };
    const wish = this.#wish;
    this.#wish = undefined;
    if (!wish)
      return proof === 'verified'
        ? { ...base, next: 'Go on with what the caller asked for.' }
        : { ...base, say: `${thanks} Which appointment would you like?` };
    const done = wish(patient);
    return { ...done, ...base, say: `${thanks} ${typeof done.say === 'string' ? done.say : ''}` };
  }

  #register(name: string, birth: string): JsonObject {
    const born = resolveBirthDate(birth, NOW)?.toISODate();
    if (born === undefined || born === null)
      return {
        error: 'birth_date_invalid',
        say: 'Sorry, could you tell me the date of birth once more, with day, month and year?',
      };
    const run = (): JsonObject => {
      const person = { name, born };
      this.records.push(person);
      return this.#welcome(person, 'registered', `Thank you, ${name} is registered now.`);
    };
    const say = `That's ${name}, spelled ${[...name.toUpperCase()].join(' ')}, born on the ${born}, with the phone number you are calling from. Is that right?`;
    return this.#propose('registration', run, say);
  }

  #propose(kind: Proposal['kind'], run: () => JsonObject, say: string): JsonObject {
    this.#proposal = { kind, turn: this.turn, run };
    return { read_back: true, say };
  }

  #book(slot: string, key: string): JsonObject {
    const chosen = this.#slots.known.get(slot);
    if (!chosen)
      return {
        error: 'unknown_slot',
        known: [...this.#slots.known.keys()],
        say: 'Sorry, which of those times would you like?',
      };
    return this.#forPatient(key, (patient) => {
      const { name } = this.verified.get(patient) ?? { name: '' };
      const run = (): JsonObject => {
        this.add(name, chosen.service, chosen.date, chosen.time);
        return {
          booked: true,
          appointment_id: `a${this.visits.length}`,
          say: `You're booked for ${chosen.date} at ${chosen.time}. ${ELSE}`,
        };
      };
      const say = `That's a ${chosen.service} with Dr. Nora Sample on ${chosen.date} at ${chosen.time}, for ${name}. Is that right?`;
      return { ...this.#propose('booking', run, say), patient };
    });
  }

  #own(patient: string): Visit[] {
    return this.visits.filter((visit) => visit.of === this.verified.get(patient)?.name);
  }

  #list(patient: string): JsonObject {
    const { name } = this.verified.get(patient) ?? { name: '' };
    const appointments = this.#own(patient).map(({ id, service, date, time }) => ({
      appointment_id: id,
      service,
      practitioner: 'Dr. Nora Sample',
      date,
      weekday: DateTime.fromISO(date).toFormat('cccc'),
      time,
    }));
    const told = appointments
      .map(({ service, weekday, time }) => `a ${service} on ${weekday} at ${time}`)
      .join(', and ');
    const end = appointments.length === 1 ? 'Would you like to move or cancel it?' : 'Which one is it about?';
    const say =
      appointments.length === 0
        ? `I can't see any appointment of ${name} from today on. Would you like to make one?`
        : `${name} has ${told}. ${end}`;
    return { patient, appointments, say };
  }

  #visit(id: string): Visit | undefined {
    return [...this.verified.keys()]
      .flatMap((patient) => this.#own(patient))
      .find((visit) => visit.id === id);
  }

  #change(id: string, slot: string): JsonObject {
    const visit = this.#visit(id);
    const chosen = this.#slots.known.get(slot);
    if (!visit) return { error: 'unknown_appointment', say: 'Sorry, which appointment do you mean?' };
    if (!chosen) return { error: 'unknown_slot', say: 'Sorry, which of those times would you like?' };
    if (chosen.service !== visit.service)
      return { error: 'other_service', say: `That time is for a ${chosen.service}.` };
    const run = (): JsonObject => {
      Object.assign(visit, { date: chosen.date, time: chosen.time });
      return { moved: true, say: `I've moved the appointment. ${ELSE}` };
    };
    return this.#propose(
      'change',
      run,
      `You want to move the ${visit.service} to ${chosen.date} at ${chosen.time}. Is that right?`,
    );
  }

  #cancel(id: string): JsonObject {
    const visit = this.#visit(id);
    if (!visit) return { error: 'unknown_appointment', say: 'Sorry, which appointment do you mean?' };
    const run = (): JsonObject => {
      this.visits.splice(this.visits.indexOf(visit), 1);
      return { cancelled: true, say: `The ${visit.service} is cancelled. ${ELSE}` };
    };
    return this.#propose(
      'cancellation',
      run,
      `You want to cancel the ${visit.service} on ${visit.date}. Is that right?`,
    );
  }

  #confirm(): JsonObject {
    const proposal = this.#proposal;
    if (!proposal) return { error: 'nothing_read_back', say: 'What would you like me to do?' };
    if (proposal.turn >= this.turn) return { error: 'not_confirmed', say: 'Is that right?' };
    this.#proposal = undefined;
    return proposal.run();
  }

  #wait(patient: string, service: string): JsonObject {
    const { name } = this.verified.get(patient) ?? { name: '' };
    this.waiting.push(`${name}: ${service}`);
    return { waiting: true, say: `I've put ${name} on the waiting list for a ${service}. ${ELSE}` };
  }
}
