import { z } from 'zod';
import { REHEARSAL } from '../config/desk-defaults.ts';
import { CALL_OUTCOMES } from '../clinic/calls.ts';
import type { ClaimKind } from '../clinic/claims.ts';
import { OpenhoursError } from '../errors.ts';
import { Matcher } from './matching.ts';

/** What a caller can be asked for. The scripted caller knows the questions; see `text-caller.ts`. */
export const TOPICS = [
  'name',
  'spelling',
  'date_of_birth',
  'phone',
  'code',
  'service',
  'day',
  'time',
  'practitioner',
  'choice',
  'confirm',
  'message',
  'reason',
  'else',
] as const;
/** One of {@link TOPICS}. */
export type Topic = (typeof TOPICS)[number];

const CLAIMS = [
  'booked',
  'moved',
  'cancelled',
  'message',
  'callback',
  'transferring',
  'waiting_list',
  'registered',
] as const satisfies readonly ClaimKind[];

/** A name in SQL that needs no quotes: set-up changes are put together from them. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const row = z.record(identifier, z.unknown());
/** What is said, as a part of it or as a pattern; case does not count. */
const words = z.union([z.string().min(1), z.instanceof(RegExp)]);

const change = z.union([
  z.strictObject({ insert: identifier, row }),
  z.strictObject({ update: identifier, where: row, set: row }),
  z.strictObject({ delete: identifier, where: row }),
]);
/** A change of the clinic's data: before the call, or by somebody else while it lasts. */
export type DataChange = z.infer<typeof change>;

/** A SQL function called with the call's own id and epoch, as a model could that no tool stood in front of. */
const attempt = z
  .strictObject({
    function: identifier,
    /** `p_call_id` and `p_epoch` are the call's own unless they are given. */
    arguments: row.default({}),
    /** The word with which the database has to refuse it. */
    refused: z.string().optional(),
    /** What a function has to reply that refuses without an error; columns that are not named are not looked at. */
    replies: row.optional(),
  })
  .refine(({ refused, replies }) => (refused === undefined) !== (replies === undefined), {
    message: 'an attempt is either refused or has a reply',
  });
/** What a model might do that could call anything. */
export type Attempt = z.infer<typeof attempt>;

const reaction = z
  .strictObject({
    /** What the agent has to have said. */
    when: words,
    /** How often it applies. */
    times: z.int().min(1).default(1),
    /** What the caller says; one of a list each time. Without it the caller answers as if there were no such reaction. */
    say: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    /** The caller says nothing. */
    silent: z.literal(true).optional(),
    /** The caller presses keys. */
    press: z
      .string()
      .regex(/^[0-9*#]{1,20}$/)
      .optional(),
    hangUp: z.literal(true).optional(),
    /** What somebody else does meanwhile. */
    meanwhile: z.array(change).default([]),
    /** What is tried past all tools at that moment. */
    attempts: z.array(attempt).default([]),
    /** The clock moves on. */
    passMs: z.int().min(0).default(0),
  })
  .refine((one) => [one.say, one.silent, one.press, one.hangUp].filter((x) => x !== undefined).length < 2, {
    message: 'the caller does one thing at a time: say, silent, press or hangUp',
  });
/** What a caller does when the agent says something. */
export type Reaction = z.infer<typeof reaction>;

const times = z.int().min(1).default(1);
const fault = z.discriminatedUnion('at', [
  /** A SQL function does not answer, or fails; the first `after` calls of it are let through. */
  z.strictObject({
    at: z.literal('database'),
    function: identifier,
    how: z.enum(['unreachable', 'failed']).default('unreachable'),
    after: z.int().min(0).default(0),
    times,
  }),
  /** The language service answers with this status. */
  z.strictObject({
    at: z.literal('language'),
    status: z.int().min(400).max(599),
    after: z.int().min(0).default(0),
    times,
  }),
  /** The model answers this instead of what it would have; nothing, when neither is given. */
  z.strictObject({
    at: z.literal('model'),
    text: z.string().default(''),
    tool: z.string().optional(),
    arguments: z.record(z.string(), z.unknown()).default({}),
    after: z.int().min(0).default(0),
    times,
  }),
]);
/** Something that goes wrong in a call. */
export type Fault = z.infer<typeof fault>;

/** What a call by voice has besides. */
const voiceOptions = z.strictObject({
  /** `telephone` is 300–3400 Hz, `wideband` up to 8 kHz. */
  line: z.enum(['telephone', 'wideband']).default('wideband'),
  /** The noise around the caller, dBFS; a quiet line when absent. */
  noiseDbfs: z.number().min(-80).max(-20).optional(),
  /** What the caller says into the agent's answer to its `turn`-th words (1 is the opening, 0 the greeting), so long after it began. */
  interruptions: z
    .array(
      z.strictObject({
        turn: z.int().min(0),
        afterMs: z.int().min(0).max(20_000).default(800),
        say: z.string().min(1),
      }),
    )
    .default([]),
  /** The clinic's hours count, as `setUp` leaves them. Else it is answered at any hour. */
  byHours: z.boolean().default(false),
});

const expectedChange = z.union([
  z.strictObject({ added: identifier, row }),
  z.strictObject({ changed: identifier, row, to: row }),
  z.strictObject({ removed: identifier, row }),
]);
/** A row that the call adds, changes (exactly the columns of `to`) or removes. */
export type ExpectedChange = z.infer<typeof expectedChange>;

const expectation = z.strictObject({
  outcome: z.enum(CALL_OUTCOMES),
  reason: z.string().optional(),
  /** Columns of the call's own row. */
  call: row.default({}),
  /** All that is different afterwards, besides what a call writes about itself. */
  changes: z.array(expectedChange).default([]),
  /** The patients whom the call has verified, by id or pattern; of nobody else anything may be read. */
  verified: z.array(z.union([z.uuid(), z.instanceof(Matcher)])).default([]),
  /** What the agent claims to have done: all of it, each once. */
  claims: z.array(z.enum(CLAIMS)).default([]),
  /** Rows of the call's own records that have to be there: how a refusal is on record. */
  traces: z.array(z.strictObject({ in: z.enum(['access_log', 'tool_runs']), row })).default([]),
  /** Said by the agent, in any turn and order. */
  says: z.array(words).default([]),
  /** Never said by the agent. */
  never: z.array(words).default([]),
});

const scenario = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens')
      .max(60),
    /** What has to hold, as a sentence. */
    title: z.string().min(10).max(160),
    tags: z.array(z.string().regex(/^[a-z-]+$/)).default([]),
    /** By what it can be played. By voice there is no other clock than the real one. */
    by: z.enum(['text', 'voice', 'both']).default('text'),
    /** Who calls and why: told to a caller that improvises. */
    persona: z.string().min(1),
    /** E.164; null is a hidden number. */
    number: z.string().nullable().default('+923005550999'),
    /** The present at the clinic, by its own clock. It stands still but for `passMs`. */
    clock: z.iso
      .datetime({ local: true, precision: -1 })
      .refine((text) => !text.endsWith('Z'), 'must be a time by the clinic’s clock, without a zone')
      .default('2026-11-23T09:30'),
    setUp: z.array(change).default([]),
    /** The first thing said after the greeting; null says nothing. */
    opening: z.string().nullable(),
    /** Told only when asked; one of a list each time, and the last one from then on. */
    facts: z.partialRecord(z.enum(TOPICS), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
    reactions: z.array(reaction).default([]),
    /** Said when there is nothing else. */
    farewell: z.string().default('No, thank you. Goodbye.'),
    /** What happens when the agent transfers the caller. */
    staff: z.enum(['completed', 'busy', 'no_answer', 'failed']).default('completed'),
    faults: z.array(fault).default([]),
    voice: voiceOptions.prefault({}),
    /** A call that takes more turns has failed. */
    turns: z.int().min(1).max(200).default(REHEARSAL.turns),
    expect: expectation,
  })
  .refine(
    ({ by, faults, reactions }) =>
      by === 'text' || (faults.length === 0 && reactions.every(({ passMs }) => passMs === 0)),
    {
      message:
        'by voice nothing can be made to fail, and the clock is the real one: leave out faults and passMs',
      path: ['by'],
    },
  );

/** A scenario as it is written; what may be left out has the defaults of docs/rehearsal-format.md. */
export type ScenarioInput = z.input<typeof scenario>;
/** A scenario that was checked, with its defaults. */
export type Scenario = z.output<typeof scenario>;

/**
 * Checks a scenario and fills in the defaults.
 * @throws OpenhoursError INPUT_INVALID with every problem.
 */
export function defineScenario(input: ScenarioInput): Scenario {
  const parsed = scenario.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new OpenhoursError('INPUT_INVALID', `scenario ${String(input.id)}: ${problems.join('; ')}`);
}
