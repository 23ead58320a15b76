import { DateTime } from 'luxon';
import type { Appointments, BookedAppointment, FreeSlot } from '../src/clinic/appointments.ts';
import type { CallKey } from '../src/clinic/calls.ts';
import type { ClaimKind } from '../src/clinic/claims.ts';
import type { ClinicProfile, Service } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import type { CallId } from '../src/clinic/ids.ts';
import {
  type AppointmentReceipt,
  type PartOfDay,
  PatientAppointments,
} from '../src/clinic/patient-appointments.ts';
import { type KnownPatient, Patients } from '../src/clinic/patients.ts';
import { type TaskBrief, Tasks } from '../src/clinic/tasks.ts';
import type { Logger } from '../src/log.ts';
import { type KeypadState, newKeypadState } from './keypad-state.ts';
import type { Ledger } from './ledger.ts';

/** A slot that was read out to the caller under a short name. */
export interface OfferedSlot {
  slotId: string;
  slot: FreeSlot;
  service: Service;
}

/** An appointment of a verified patient under its short name. */
export interface ListedAppointment {
  name: string;
  receipt: AppointmentReceipt;
}

/** What every kind of proposal has. */
interface ReadBack {
  /** Where the caller can be reached, if they said so. */
  patientPhone: string | undefined;
  /** The same for every try at this very thing, so that it is done once. */
  requestId: string;
  /** The turn in which it was read back: a yes counts only from a later one. */
  turnIndex: number;
  /** What the caller was told once it was done: a second confirmation says it again. */
  done?: Readonly<Record<string, unknown>>;
}

/** A booking that waits for the caller's yes. */
export interface BookingProposal extends ReadBack {
  kind: 'booking';
  offered: OfferedSlot;
  patient: KnownPatient;
}

/** An appointment that is to be moved. */
export interface ChangeProposal extends ReadBack {
  kind: 'change';
  appointment: ListedAppointment;
  offered: OfferedSlot;
}

/** An appointment that is to be cancelled. */
export interface CancellationProposal extends ReadBack {
  kind: 'cancellation';
  appointment: ListedAppointment;
}

/** What is read back of a new patient, one after the other. */
export const REGISTRATION_FIELDS = ['name', 'birth_date', 'phone'] as const;
/** One of {@link REGISTRATION_FIELDS}. */
export type RegistrationField = (typeof REGISTRATION_FIELDS)[number];

/** A new patient as far as they are known, of whom one field was read back. */
export interface RegistrationProposal extends ReadBack {
  kind: 'registration';
  field: RegistrationField;
  fullName: string;
  /** ISO date. */
  dateOfBirth: string | undefined;
  /** E.164. */
  phone: string | undefined;
}

/** What was read back and waits for the caller's yes. */
export type Proposal = BookingProposal | ChangeProposal | CancellationProposal | RegistrationProposal;

/** A place on the waiting list, as the caller asked for it. */
export interface WaitingDetails {
  service: string;
  day?: string | undefined;
  part_of_day?: PartOfDay | undefined;
  practitioner?: string | undefined;
}

/** What the caller asked for before it was known for whom. */
export type Wish =
  { kind: 'booking'; slotId: string } | { kind: 'list' } | { kind: 'waiting_list'; details: WaitingDetails };

/** A tool run as the model saw it. */
export interface ToolMemory {
  /** The turn in which it ran. */
  turn: number;
  name: string;
  /** JSON. */
  args: string;
  output: string;
}

/** That the caller is to be connected with a person. */
export interface TransferWish {
  /** For whoever answers, or a word such as `emergency`. */
  readonly reason: string;
  readonly turnIndex: number;
  /** Not before the caller has heard this. */
  readonly after: string;
}

/** What the tools keep of a call, and the parts of the database they work on. */
export interface ToolState {
  readonly patients: Patients;
  readonly diary: PatientAppointments;
  readonly tasks: Tasks;
  /** The patients this call has verified, by short name: what is in here is for the words, and the database decides. */
  readonly verified: Map<string, KnownPatient>;
  /** Appointments of verified patients that were read out, by short name. */
  readonly listed: Map<string, ListedAppointment>;
  /** The highest number of those names so far: none is given to another appointment. */
  listedSoFar: number;
  /** Slots read out so far, by short name. */
  readonly offered: Map<string, OfferedSlot>;
  proposal: Proposal | undefined;
  /** What the caller has said yes to of a new patient, as it was read back: anything else is read back anew. */
  readonly confirmed: Map<RegistrationField, string>;
  /** Waits for a patient to be verified. */
  wish: Wish | undefined;
  /** The last try to say who is calling: the same one again within a turn is not counted again. */
  lastTry:
    | {
        turnIndex: number;
        key: string;
        reply: Readonly<Record<string, unknown>>;
        /** The caller was asked for the birth date once more instead of being refused again. */
        asked?: true;
      }
    | undefined;
  /** Three wrong answers: nobody else can be verified in this call. */
  locked: boolean;
  /** A number the caller said, E.164. */
  phone: string | undefined;
  /** Set by the tool that wants a person: connect the caller once the sentence has been heard. */
  transferWish: TransferWish | undefined;
  /** What code answers to the turn in progress, instead of the model. */
  coded: { said: string; text: string } | undefined;
  /** Transfers that connected the caller with nobody. */
  failedTransfers: number;
  /** Insults so far: the second one ends the call. */
  insults: number;
  /** What tools have done in this call, as the agent may say it. */
  readonly done: Set<ClaimKind>;
  /** What the caller types on their telephone. */
  readonly keypad: KeypadState;
  /** The caller has asked for slower speech. */
  slower: boolean;
  /** The language of the conversation, such as `en`. */
  language: string;
  /** The last tool's run: tools of one answer run one after the other. */
  running: Promise<unknown>;
}

/** What one call knows; the tools' common ground. */
export interface CallState extends ToolState {
  readonly callId: CallId;
  /** Which agent of the call this is, counted from 1: the database refuses the writes of one that was replaced. */
  readonly epoch: number;
  readonly clinic: ClinicProfile;
  readonly callerNumber: string | undefined;
  readonly appointments: Appointments;
  readonly ledger: Ledger;
  readonly log: Logger;
  readonly booked: BookedAppointment[];
  /** True when another agent had the call before. */
  readonly resumed: boolean;
  /** The last tool runs as the model saw them, oldest first: another agent's model has to know what was offered. */
  readonly toolMemory: ToolMemory[];
  /** What the call is about, where the clinic has made it. */
  readonly outbound?: TaskBrief | undefined;
  /** Set by the tool that ends the call: hang up once the goodbye has been heard. */
  goodbye: boolean;
  /** The call is being finished elsewhere: what the caller says is put on record, and no answer to it is begun. */
  silenced: boolean;
  /** Stores what another agent would need to go on; called after each change of what {@link ToolState} keeps. */
  readonly changed: () => void;
  /** The present, in ms since the epoch; passed so that scenarios can pin it. */
  readonly nowMs: () => number;
}

/** The tools' part of a new call. */
export function newToolState(db: Database, clinic: Pick<ClinicProfile, 'language'>): ToolState {
  return {
    patients: new Patients(db),
    diary: new PatientAppointments(db),
    tasks: new Tasks(db),
    verified: new Map(),
    listed: new Map(),
    listedSoFar: 0,
    offered: new Map(),
    proposal: undefined,
    confirmed: new Map(),
    wish: undefined,
    lastTry: undefined,
    locked: false,
    phone: undefined,
    transferWish: undefined,
    coded: undefined,
    failedTransfers: 0,
    insults: 0,
    done: new Set(),
    keypad: newKeypadState(),
    slower: false,
    language: clinic.language.toLowerCase().split(/[-_]/)[0] ?? 'en',
    running: Promise.resolve(),
  };
}

/** The present in the clinic's zone. */
export function clinicNow(state: Pick<CallState, 'clinic' | 'nowMs'>): DateTime {
  return DateTime.fromMillis(state.nowMs(), { zone: state.clinic.time_zone });
}

/** The call as the database knows it. */
export function callKey({ callId, epoch }: Pick<CallState, 'callId' | 'epoch'>): CallKey {
  return { id: callId, epoch };
}

/** An instant in the clinic's zone. */
export function atClinic(state: Pick<CallState, 'clinic'>, instant: string): DateTime {
  return DateTime.fromISO(instant, { zone: state.clinic.time_zone });
}
