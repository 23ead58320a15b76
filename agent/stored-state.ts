import { DateTime } from 'luxon';
import { z } from 'zod';
import { PARTS_OF_DAY } from '../src/clinic/patient-appointments.ts';
import { type CallState, type Proposal, REGISTRATION_FIELDS } from './call-state.ts';
import { KEYPAD_SUBJECTS } from './keypad-state.ts';

/** They are read out: of a time that is none the caller would hear "Invalid". */
const instant = z.string().refine((text) => DateTime.fromISO(text).isValid);
const date = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text).isValid);
const slot = z.object({
  practitioner_id: z.string(),
  practitioner_name: z.string(),
  starts_at: instant,
  ends_at: instant,
});
const receipt = z.object({
  appointment_id: z.string(),
  created: z.boolean(),
  status: z.enum(['booked', 'cancelled']),
  starts_at: instant,
  ends_at: instant,
  practitioner: z.string(),
  practitioner_id: z.string(),
  service: z.string(),
  service_id: z.string(),
  patient_id: z.string(),
  patient_name: z.string(),
});
const readBack = { patientPhone: z.string().optional(), requestId: z.string() };
const proposal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('booking'), slotId: z.string(), patient: z.string(), ...readBack }),
  z.object({ kind: z.literal('change'), slotId: z.string(), appointment: z.string(), ...readBack }),
  z.object({ kind: z.literal('cancellation'), appointment: z.string(), ...readBack }),
  z.object({
    kind: z.literal('registration'),
    field: z.enum(REGISTRATION_FIELDS),
    fullName: z.string(),
    dateOfBirth: date.optional(),
    phone: z.string().optional(),
    ...readBack,
  }),
]);
const wish = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('booking'), slotId: z.string() }),
  z.object({ kind: z.literal('list') }),
  z.object({
    kind: z.literal('waiting_list'),
    details: z.object({
      service: z.string(),
      day: z.string().optional(),
      part_of_day: z.enum(PARTS_OF_DAY).optional(),
      practitioner: z.string().optional(),
    }),
  }),
]);

/** The part of a call's state that another agent needs to go on. Stored with the call, and read back as untrusted input. */
export const storedState = z.object({
  offered: z.array(z.object({ slotId: z.string(), slot, serviceSlug: z.string() })).max(200),
  verified: z
    .array(z.object({ name: z.string(), patient_id: z.string(), full_name: z.string() }))
    .max(50)
    .default([]),
  listed: z
    .array(z.object({ name: z.string(), receipt }))
    .max(200)
    .default([]),
  listedSoFar: z.number().int().min(0).default(0),
  proposal: proposal.optional(),
  confirmed: z.partialRecord(z.enum(REGISTRATION_FIELDS), z.string().max(400)).default({}),
  wish: wish.optional(),
  locked: z.boolean().default(false),
  phone: z.string().optional(),
  slower: z.boolean().default(false),
  language: z.string().max(40).optional(),
  keypad: z.enum(KEYPAD_SUBJECTS).optional(),
  tools: z
    .array(
      z.object({
        turn: z.number().int(),
        name: z.string().max(64),
        args: z.string().max(4_000),
        output: z.string().max(8_000),
      }),
    )
    .max(5)
    .default([]),
});
/** What {@link storedState} gives. */
export type StoredState = z.infer<typeof storedState>;
/** A proposal as it is stored: slots, appointments and patients by their short names. */
export type StoredProposal = NonNullable<StoredState['proposal']>;

/** What is stored of a call's state whenever it changes. */
export function storeState(state: CallState): Record<string, unknown> {
  const { proposal: pending, wish: waiting, phone } = state;
  const keypad = state.keypad.request?.what;
  return {
    tools: state.toolMemory,
    offered: [...state.offered.values()].map(({ slotId, slot: free, service }) => ({
      slotId,
      slot: free,
      serviceSlug: service.slug,
    })),
    verified: [...state.verified].map(([name, known]) => ({ name, ...known })),
    listed: [...state.listed.values()],
    listedSoFar: state.listedSoFar,
    locked: state.locked,
    slower: state.slower,
    language: state.language,
    ...(state.confirmed.size === 0 ? {} : { confirmed: Object.fromEntries(state.confirmed) }),
    ...(waiting === undefined ? {} : { wish: waiting }),
    ...(phone === undefined ? {} : { phone }),
    // What was typed is not: it is typed again.
    ...(keypad === undefined ? {} : { keypad }),
    // What is done is in the database, and nothing to ask about.
    ...(pending === undefined || pending.done !== undefined
      ? {}
      : { proposal: storeProposal(state, pending) }),
  };
}

function storeProposal(state: CallState, pending: Proposal): StoredProposal {
  const { requestId, patientPhone } = pending;
  const rest = { requestId, ...(patientPhone === undefined ? {} : { patientPhone }) };
  switch (pending.kind) {
    case 'booking': {
      const { patient_id } = pending.patient;
      const [patient = ''] = [...state.verified].find(([, known]) => known.patient_id === patient_id) ?? [];
      return { kind: 'booking', slotId: pending.offered.slotId, patient, ...rest };
    }
    case 'change':
      return {
        kind: 'change',
        slotId: pending.offered.slotId,
        appointment: pending.appointment.name,
        ...rest,
      };
    case 'cancellation':
      return { kind: 'cancellation', appointment: pending.appointment.name, ...rest };
    case 'registration': {
      const { field, fullName, dateOfBirth, phone } = pending;
      return {
        kind: 'registration',
        field,
        fullName,
        ...(dateOfBirth === undefined ? {} : { dateOfBirth }),
        ...(phone === undefined ? {} : { phone }),
        ...rest,
      };
    }
    default:
      return pending satisfies never;
  }
}
