import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { DaySpan } from '../../src/clinic/days.ts';
import { PARTS_OF_DAY, type PartOfDay, type WaitingWish } from '../../src/clinic/patient-appointments.ts';
import { spokenDate } from '../../src/clinic/spoken.ts';
import { type CallState, type WaitingDetails, callKey } from '../call-state.ts';
import { askedDays } from './asked-days.ts';
import { ANYTHING_ELSE_TEXT, withArticle } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { whoFor } from './who.ts';

/** Two years, as the table has it: a list may reach further than the diary. */
const DAYS_AHEAD = 730;

/** The tool that puts a patient on the waiting list. */
export function joinWaitingListTool(state: CallState) {
  const oneOf = (values: readonly string[]) => z.enum(values as [string, ...string[]]);
  return llm.tool({
    name: 'join_waiting_list',
    description:
      'Put a verified patient on the waiting list, when no free time suits and the caller agrees to it. It asks for the name and date of birth itself if they are needed.',
    parameters: z.object({
      service: oneOf(state.clinic.services.map(({ slug }) => slug)).describe('The service the caller wants.'),
      day: z.string().max(80).optional().describe("The day or days, in the caller's own words."),
      part_of_day: z.enum(PARTS_OF_DAY).optional().describe('If the caller said one.'),
      practitioner: oneOf(state.clinic.practitioners.map(({ name }) => name))
        .optional()
        .describe('Only if the caller asked for this dentist.'),
      patient: z
        .string()
        .max(120)
        .optional()
        .describe('The short name of a verified patient, such as p1. Leave it out if there is only one.'),
    }),
    execute: (args) => runTool(state, 'join_waiting_list', args, () => joinWaitingList(state, args)),
  });
}

/** Puts a patient on the waiting list; exported for tests without a model. */
export async function joinWaitingList(
  state: CallState,
  args: WaitingDetails & { patient?: string | undefined },
): Promise<ToolReply> {
  const { patient, ...details } = args;
  const service = state.clinic.services.find(({ slug }) => slug === details.service);
  if (service === undefined) return { error: 'unknown_service', say: TOOL_SENTENCES.whichTreatment.en };
  const { span, reply } = askedDays(state, details.day, DAYS_AHEAD);
  if (reply !== undefined) return reply;
  const who = await whoFor(state, patient, { kind: 'waiting_list', details });
  if ('reply' in who) return who.reply;
  const practitioner = state.clinic.practitioners.find(({ name }) => name === details.practitioner);
  const wish = {
    patientId: who.patient.patient_id,
    serviceId: service.id,
    practitionerId: practitioner?.id,
    from: span?.from.toISODate() ?? undefined,
    to: span?.to.toISODate() ?? undefined,
    partOfDay: details.part_of_day ?? 'any',
  };
  await state.diary.joinWaitingList(callKey(state), { ...wish, requestId: requestId(wish) });
  const what = `${withArticle(service.name)}${practitioner === undefined ? '' : ` with ${practitioner.name}`}`;
  const when = `${spokenSpan(span)}${wish.partOfDay === 'any' ? '' : ` in the ${wish.partOfDay}`}`;
  return {
    waiting: true,
    say: `${who.patient.full_name} is on the waiting list now, for ${what} ${when}. You will hear from us when a time becomes free. ${ANYTHING_ELSE_TEXT}`,
  };
}

function requestId(wish: Omit<WaitingWish, 'requestId'> & { partOfDay: PartOfDay }): string {
  const { patientId, serviceId, practitionerId, from, to, partOfDay } = wish;
  return ['wait', patientId, serviceId, practitionerId ?? '', from ?? '', to ?? '', partOfDay].join('/');
}

function spokenSpan(span: DaySpan | undefined): string {
  if (span === undefined) return 'on any day';
  if (span.from.hasSame(span.to, 'day')) return `on ${spokenDate(span.from)}`;
  return `from ${spokenDate(span.from)} to ${spokenDate(span.to)}`;
}
