import { llm } from '@livekit/agents';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { FreeSlot } from '../../src/clinic/appointments.ts';
import type { ClinicProfile, Practitioner, Service } from '../../src/clinic/clinics.ts';
import type { DaySpan } from '../../src/clinic/days.ts';
import { clock, spokenDate, spokenList, spokenTime } from '../../src/clinic/spoken.ts';
import { CALL } from '../../src/config/defaults.ts';
import { type CallState, type OfferedSlot, clinicNow } from '../call-state.ts';
import { askedDays } from './asked-days.ts';
import { given } from './person.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** Hours of the day that each part means, from and up to. */
const PARTS = { morning: [0, 12], afternoon: [12, 17], evening: [17, 24], any: [0, 24] } as const;
type PartOfDay = keyof typeof PARTS;

/** What the caller asked for. */
export interface SlotWish {
  service: string;
  day?: string | undefined;
  part_of_day?: PartOfDay | undefined;
  time?: string | undefined;
  practitioner?: string | undefined;
}

/** The tool that looks for free times and reads a few of them out. */
export function findSlotsTool(state: CallState) {
  const parameters = z.object({
    service: enumOf(state.clinic.services.map((service) => service.slug)).describe(
      'The service the caller wants.',
    ),
    day: z
      .string()
      .max(80)
      .optional()
      .describe(
        'The day in the caller\'s own words, such as "next tuesday", "tomorrow" or "3 December". Never work the date out.',
      ),
    part_of_day: z
      .enum(['morning', 'afternoon', 'evening', 'any'])
      .optional()
      .describe('If the caller said one.'),
    time: z
      .string()
      .regex(/^([01]?\d|2[0-3]):[0-5]\d$/)
      .optional()
      .describe('A time the caller asked for, as HH:MM on the 24-hour clock.'),
    practitioner: enumOf(state.clinic.practitioners.map((practitioner) => practitioner.name))
      .optional()
      .describe('Only if the caller asked for this dentist.'),
  });
  return llm.tool({
    name: 'find_slots',
    description:
      'Look up free appointment times. Call it as soon as you know the service; the day may be left out. The reply is read to the caller.',
    parameters,
    execute: (wish) => runTool(state, 'find_slots', wish, () => findSlots(state, wish)),
  });
}

function enumOf(values: readonly string[]) {
  return z.enum(values as [string, ...string[]]);
}

/** Finds slots and words the offer; exported for tests without a model. */
export async function findSlots(state: CallState, wish: SlotWish): Promise<ToolReply> {
  const service = state.clinic.services.find((candidate) => candidate.slug === wish.service);
  if (service === undefined) return { error: 'unknown_service', say: TOOL_SENTENCES.whichTreatment.en };
  const now = clinicNow(state);
  const { span: asked, reply } = askedDays(state, wish.day, state.clinic.max_days_ahead);
  if (reply !== undefined) return reply;
  // Whoever looks for another time does not want the one from before.
  if (state.wish?.kind === 'booking') state.wish = undefined;
  const practitioner = state.clinic.practitioners.find((candidate) => candidate.name === wish.practitioner);
  const span = asked ?? { from: now, to: now.plus({ days: 13 }).endOf('day') };
  const free = await search(state, service, practitioner, span);
  const fitting = preferred(free, wish, state.clinic);
  if (fitting.length > 0) return offer(state, service, fitting, undefined);
  if (free.length > 0) return offer(state, service, nearest(free, wish, state.clinic), 'not_then');
  return await offerLater(state, service, practitioner, span, wish);
}

function search(state: CallState, service: Service, practitioner: Practitioner | undefined, span: DaySpan) {
  return state.appointments.findFree({
    clinicId: state.clinic.id,
    serviceId: service.id,
    from: span.from.toJSDate(),
    to: span.to.toJSDate(),
    practitionerId: practitioner?.id,
    callId: state.callId,
  });
}

async function offerLater(
  state: CallState,
  service: Service,
  practitioner: Practitioner | undefined,
  missed: DaySpan,
  wish: SlotWish,
): Promise<ToolReply> {
  const from = missed.to.plus({ millisecond: 1 });
  const later = await search(state, service, practitioner, {
    from,
    to: from.plus({ days: 14 }).endOf('day'),
  });
  const closed = closedOn(state.clinic, missed, wish);
  const why = closed ?? nothingFree(missed, wish);
  if (later.length === 0) {
    const nor = closed === undefined ? 'nor' : 'and have nothing free';
    return {
      slots: [],
      say: `${why}, ${nor} in the two weeks after. Shall I look at a later day, or put you on the waiting list?`,
    };
  }
  const fitting = preferred(later, { ...wish, time: undefined }, state.clinic);
  const reply = offer(state, service, fitting.length > 0 ? fitting : later, undefined);
  return { ...reply, say: `${why}. ${reply.say ?? ''}` };
}

/** That the clinic is closed on the one day that was asked for, if it is. */
function closedOn(clinic: ClinicProfile, missed: DaySpan, wish: SlotWish): string | undefined {
  if (given(wish.day) === undefined || !missed.from.hasSame(missed.to, 'day')) return undefined;
  const closed = closedReason(clinic, missed.from) !== undefined;
  return closed ? `We are closed on ${spokenDate(missed.from)}` : undefined;
}

function nothingFree(missed: DaySpan, wish: SlotWish): string {
  if (given(wish.day) === undefined) return 'We have nothing free in the next two weeks';
  if (!missed.from.hasSame(missed.to, 'day')) return 'We have nothing free in that time';
  return `We have nothing free on ${spokenDate(missed.from)}`;
}

function closedReason(clinic: ClinicProfile, date: DateTime): string | undefined {
  const iso = date.toISODate() ?? '';
  const closure = clinic.closures.find(
    (entry) => entry.from <= iso && iso <= entry.to && entry.opens === null,
  );
  if (closure !== undefined) return closure.reason;
  return clinic.hours.some((span) => span.weekday === date.weekday) ? undefined : 'weekly closing day';
}

function local(slot: FreeSlot, clinic: ClinicProfile): DateTime {
  return DateTime.fromISO(slot.starts_at, { zone: clinic.time_zone });
}

function preferred(free: readonly FreeSlot[], wish: SlotWish, clinic: ClinicProfile): FreeSlot[] {
  const [from, to] = PARTS[wish.part_of_day ?? 'any'];
  return free.filter((slot) => {
    const start = local(slot, clinic);
    if (wish.time !== undefined) return start.toFormat('H:mm') === wish.time.replace(/^0/, '');
    return start.hour >= from && start.hour < to;
  });
}

function nearest(free: readonly FreeSlot[], wish: SlotWish, clinic: ClinicProfile): FreeSlot[] {
  const [hour, minute] = (wish.time ?? `${PARTS[wish.part_of_day ?? 'any'][0]}:00`).split(':').map(Number);
  const wanted = (hour ?? 0) * 60 + (minute ?? 0);
  const distance = (slot: FreeSlot) => {
    const start = local(slot, clinic);
    return Math.abs(start.hour * 60 + start.minute - wanted);
  };
  const day = local(free[0] as FreeSlot, clinic).toISODate();
  return free
    .filter((slot) => local(slot, clinic).toISODate() === day)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 2 * CALL.slotsOffered);
}

/** One dentist for each time, the earliest few of the first day that has any. */
function shortlist(free: readonly FreeSlot[], clinic: ClinicProfile): FreeSlot[] {
  const day = local(free[0] as FreeSlot, clinic).toISODate();
  const times = new Map<string, FreeSlot>();
  for (const slot of free) {
    if (local(slot, clinic).toISODate() === day && !times.has(slot.starts_at))
      times.set(slot.starts_at, slot);
  }
  return [...times.values()]
    .slice(0, CALL.slotsOffered)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

function offer(
  state: CallState,
  service: Service,
  free: readonly FreeSlot[],
  problem: 'not_then' | undefined,
): ToolReply {
  const chosen = shortlist(free, state.clinic).map((slot) => remember(state, service, slot));
  const slots = chosen.map(({ slotId, slot }) => {
    const start = local(slot, state.clinic);
    return {
      slot_id: slotId,
      date: start.toISODate(),
      weekday: start.toFormat('cccc'),
      time: start.toFormat('HH:mm'),
      practitioner: slot.practitioner_name,
      spoken: `${spokenTime(start)} with ${slot.practitioner_name}`,
    };
  });
  const sorry = problem === 'not_then' ? "That time isn't free, I'm afraid. " : '';
  return { service: service.slug, slots, say: sorry + wording(chosen, state.clinic) };
}

function wording(chosen: readonly OfferedSlot[], clinic: ClinicProfile): string {
  const starts = chosen.map(({ slot }) => local(slot, clinic));
  const first = starts[0] as DateTime;
  const practitioners = new Set(chosen.map(({ slot }) => slot.practitioner_name));
  const withWhom = practitioners.size === 1 ? ` with ${chosen[0]?.slot.practitioner_name ?? ''}` : '';
  if (chosen.length === 1) {
    return `I have ${spokenDate(first)} at ${spokenTime(first)}${withWhom}. Does that suit you?`;
  }
  const sameHalf = starts.every((start) => start.hour < 12 === first.hour < 12 && start.hour !== 12);
  const times = starts.map((start, index) =>
    sameHalf && index < starts.length - 1 ? clock(start) : spokenTime(start),
  );
  return `On ${spokenDate(first)} I have ${spokenList(times, 'or')}${withWhom}. Which suits you?`;
}

/** Offers of twenty searches; a caller who means an older one hears them again. */
const KEPT_SLOTS = 60;

function remember(state: CallState, service: Service, slot: FreeSlot): OfferedSlot {
  for (const known of state.offered.values()) {
    const same =
      known.slot.starts_at === slot.starts_at && known.slot.practitioner_id === slot.practitioner_id;
    if (same && known.service.id === service.id) return known;
  }
  const highest = Math.max(0, ...[...state.offered.keys()].map((known) => Number(known.slice(1)) || 0));
  const offered = { slotId: `s${highest + 1}`, slot, service };
  state.offered.set(offered.slotId, offered);
  const [oldest] = state.offered.keys();
  if (state.offered.size > KEPT_SLOTS && oldest !== undefined) state.offered.delete(oldest);
  state.changed();
  return offered;
}
