/**
 * Time-outs and thresholds of the front desk's side: the clinic's file, held times, tasks, messages, and the commands; in milliseconds unless
 * the name says otherwise, with the arithmetic behind them. Those of the shift and of a call are in `defaults.ts`.
 */

/** A clinic's file. */
export const CLINIC_FILE = {
  /** A clinic with a hundred answers has 40 kB; more than this is another file. */
  longestBytes: 512 * 1024,
  /** Characters of a sentence that is spoken: 14 characters a second, and after half a minute nobody listens. */
  sentenceChars: 420,
  /** … and of a name, as the tables have it. */
  nameChars: 120,
  /** Entries of a list: what the tables take in one go, and a prompt in all. */
  entries: 200,
  /** Ten years, as the table has it; whoever keeps transcripts for longer leaves the field out. */
  retainDays: 3_650,
} as const;

/** `openhours doctor`. */
export const DOCTOR = {
  /** What the whole seconds of a `Date` header and the request's time leave open is taken off before. People notice a few seconds at opening time. */
  clockWarnMs: 3_000,
  /** Vendors take tokens that are a minute early or late, and no more; a shift would begin a minute late. */
  clockFailMs: 60_000,
} as const;

/** The call of `openhours doctor --call`. */
export const CANARY = {
  /** Until an agent is there: a new process takes 3 s. Below the 10 s after which another worker's look-out would give the call up for lost. */
  agentMs: 9_000,
  /** From then on: the prepared greeting comes within 0.5 s, a voice that has to be asked first takes 2. */
  soundMs: 6_000,
  /** A word or two: no click, and no noise of a line. */
  heardMs: 500,
} as const;

/** Times that are kept for a caller while they are confirmed. */
export const HOLDS = {
  /** Reading back takes 10 s and an answer 5 s; a new patient's name, birth date and number, each spelled and read back, two minutes more. */
  slotMs: 180_000,
} as const;

/** Calls that the worker makes. */
export const OUTBOUND = {
  /** Tries of one task: a person who did not answer three times over some hours does not want to, or has no such number. */
  attempts: 3,
  /** A worker has a task for this long: half a minute of ringing, the longest call (15 min), and its last rows. After that it was lost. */
  takenMs: 20 * 60_000,
  /** What came of it → until the next try. A line is busy for minutes, people are away for half an hour, and a machine answers until the evening. */
  retryMs: {
    busy: 5 * 60_000,
    no_answer: 30 * 60_000,
    failed: 10 * 60_000,
    machine: 2 * 3_600_000,
    caller_left: 3_600_000,
  },
} as const;

/** Text messages. */
export const OUTBOX = {
  /** Sending is one request of 10 s at most; a worker that has not said so after this was lost, and the message goes out again. */
  takenMs: 60_000,
  /** Until the second try; four times as long each time: 30 s, 2, 8 and 32 min lie between the five tries that the table allows. */
  retryMs: 30_000,
} as const;

/** `openhours rehearse`. */
export const REHEARSAL = {
  /** Turns of the longest errand by telephone, two children with an appointment each, are about 20; more is a circle. */
  turns: 24,
  /** One call by text: 24 turns of 0.1 s here, and of 3 s with a hosted model. */
  callMs: 120_000,
  /** An answer by text, with the model's own limits and two tools: more is an agent that hangs. */
  answerMs: 30_000,
  /** Calls at a time, each with a database of its own (45 MB): more than two have no core left on a small machine. */
  lanes: 2,
  /** A caller that improvises answers in a sentence or two. */
  callerTokens: 120,
} as const;

/** Messages for the front desk: callbacks have 0, and what cannot wait comes before them. */
export const MESSAGE_PRIORITY = { ordinary: 0, urgent: 10 } as const;
