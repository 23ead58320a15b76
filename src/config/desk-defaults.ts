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

/** Dialling them. */
export const DIALLING = {
  /** It is looked this often whether a call is due: callers wait for hours, and each look is one request to the database. */
  everyMs: 5_000,
  /** Clinics are read anew this often: hours change rarely. */
  clinicsMs: 60_000,
  /** A dispatched agent is in the room after 0.5–1.5 s, on a busy host after 10: without one nobody is called, and nobody waits meanwhile. */
  agentMs: 20_000,
  /** The room is looked at this often until then. */
  agentPollMs: 200,
  /** Five rings: most voicemail answers by then. */
  ringingMs: 25_000,
  /** LiveKit's answer comes this long after the ringing time at the latest. */
  answerMs: 3_000,
  /** The agent waits this long for the participant (its own arrival, our look, one request) … */
  arrivalMs: 15_000,
  /** … and this long for an answer: ringing, with room for a trunk that first sets up the call. */
  pickUpMs: 40_000,
  /** A worker keeps this many places free for callers. */
  keptFree: 1,
  /** After calls that LiveKit could not even place the next one waits, twice as long each time: a trunk that is wrong must not use up every task. */
  troubleMs: 60_000,
  troubleMostMs: 15 * 60_000,
  /** What came of a call is written so many times, this far apart, before it is left to the task's time limit. */
  finishTries: 4,
  finishRetryMs: 600,
  /** Characters of what whoever makes the call has to know. */
  noteChars: 1_000,
} as const;

/** Connecting a caller with somebody at the clinic who is told first. */
export const BRIEFING = {
  /** The line is looked at this often. */
  pollMs: 50,
  /** A ring is heard for this long, and again after the pause: with the pause below 3 s nobody takes the line for dead. */
  toneMs: 1_000,
  pauseMs: 1_800,
  /** After so many rings the caller is told that it still rings. */
  ringsPerWord: 3,
  /** Nothing was said on the caller's side since the last ring: they are asked for a moment. Most "hello"s are over by then. */
  waitMs: 2_800,
  /** Somebody who was asked has this long to begin; then they are asked again … */
  replyMs: 3_000,
  /** … so many times in all. */
  asks: 3,
  /** Quiet after an answer: "yes" is short, and its words come up to a second later. */
  quietMs: 400,
  wordsMs: 1_500,
  /** A request that makes the two hear each other is made so often, this far apart. */
  joinTries: 3,
  joinRetryMs: 300,
  /** The far side's bridge asks for what there is to hear at about the time at which we say that it is not to. */
  apartAgainMs: 400,
  /** Two hours: who talks for longer has forgotten to hang up. */
  longestMs: 2 * 3_600_000,
  /** One of two who were connected has been alone for this long: the other's line ends. */
  halfMs: 1_000,
} as const;

/** Who has answered. */
export const ANSWERING = {
  pollMs: 50,
  /** Somebody who says nothing is spoken to after this: people say "hello" within 1.5 s. */
  silentMs: 2_500,
  /** "Hello?" and "Notreal residence, good evening" take 1–3 s; nobody answers a telephone with more than 6, and hardly a machine with less. */
  longMs: 6_000,
  /** Quiet after what was said, from the moment the voice detector tells: 0.25 s later than it began. Machines pause 0.3–0.6 s. */
  quietMs: 650,
  /** … when the turn is not over for the session by then: it ends 1.4 s after the last sound at the latest, and would cut us short. */
  turnMs: 1_500,
  /** A machine's greeting is over: the tone comes within 1 s and is shorter than 0.5 s. */
  machineQuietMs: 1_500,
  /** … and longer than this is music, or a menu. */
  machineLongestMs: 30_000,
  /** Turns in which a machine may still be recognised: some pause in mid-greeting. */
  turns: 2,
} as const;

/** Text messages. */
export const OUTBOX = {
  /** Sending is one request of 10 s at most; a worker that has not said so after this was lost, and the message goes out again. */
  takenMs: 60_000,
  /** Until the second try; four times as long each time: 30 s, 2, 8 and 32 min lie between the five tries that the table allows. */
  retryMs: 30_000,
} as const;

/** What is made of a call once it is over. */
export const AFTER_CALL = {
  /** Calls that are over, and messages, are looked for this often; one that is found is followed at once by the next look. */
  everyMs: 5_000,
  /** … and after a failure, such as a database that is gone. */
  troubledMs: 30_000,
  /** A worker has a call's record for this long: six requests to the database of 10 s at most, and the summary's time; then it was lost. */
  takenMs: 120_000,
  /** Deleting what has been kept long enough. */
  purgeEveryMs: 3_600_000,
  /** A worker that leaves in peace makes the records of its last calls; ahead of the platform's deadline there are 15 s. */
  lastLookMs: 5_000,
  /** One that was told to leave finishes what it is at: a message that is sent and not noted goes out twice. */
  leaveMs: 400,
} as const;

/** The summary of a call. */
export const SUMMARY = {
  /** After so many tries the record is complete without one. */
  tries: 3,
  /** Between them; a provider that is down is back in minutes, and nobody waits for a summary. */
  retryMs: 120_000,
  /** A hosted model writes 300 tokens in 3–6 s; one that has said nothing by then is tried again later. */
  answerMs: 30_000,
  /** Characters of the transcript: 15 minutes of talk are 13,000. Of a longer one beginning and end are sent. */
  transcriptChars: 16_000,
  /** Characters of the summary: five sentences. */
  chars: 800,
  /** 800 characters are 200 tokens of English, 500 of Urdu. */
  tokens: 700,
} as const;

/** Twilio's Messages API. */
export const TWILIO = {
  baseUrl: 'https://api.twilio.com',
  /** It answers in 0.2–1 s. */
  requestMs: 10_000,
} as const;

/** Links to calendar files. */
export const CALENDAR = {
  /** An appointment can be put into a calendar until a day after its end. */
  servedForMs: 86_400_000,
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
  /** One call by voice: a new patient's booking takes 90 s, a message after hours 40 s; and the database is read before and after it. */
  voiceCallMs: 180_000,
  /** The same by voice, each with a LiveKit server, a database and a worker: two people talking are recognised in time by two cores, four are not. */
  voiceLanes: 2,
  /** An agent that goes on for longer has not noticed the interruption: 0.3–0.7 s are usual, and the last word is said to its end. */
  bargeInMs: 2_000,
  /** Somebody who hears nothing for longer says hello. The agent's own limits keep it below 3 s; two cores with everything on them take longer. */
  deadAirMs: 6_000,
} as const;

/** Messages for the front desk: callbacks have 0, and what cannot wait comes before them. */
export const MESSAGE_PRIORITY = { ordinary: 0, urgent: 10 } as const;

/** The language of a call. */
export const LANGUAGES = {
  /** Turns in a row in another language before the call goes over to it: one may be a name, a quotation, or heard wrong. */
  turns: 2,
  /** Words that tell a turn's language: "yes please" and names are said in any. */
  words: 3,
} as const;

/** Keys that the caller presses on their telephone. */
export const KEYPAD = {
  /** Between two keys: people look at the next pair of digits for 2 s, and for 4 s where the keys are on the screen they talk to. */
  pauseMs: 5_000,
  /** From the first key to the last: 16 keys at 1.2 s each. */
  wholeMs: 20_000,
  /** A phone number in full has 15 digits at most (E.164), and one more for the zero that people put before it. */
  digits: 16,
  /** Codes, as the table has them. */
  codeDigits: { least: 4, most: 8 },
  /** Replies in a row that did not understand a birth date or a number: the second one offers the keys. */
  misses: 2,
  /** Entries in a row that cannot be what was asked for: after the second one it is said instead, or somebody helps. */
  tries: 2,
  /** Words without numbers that a caller says over the keys and means: "third of May" has 3, and "I can't do this" 4. */
  words: 4,
  /** A 0 that nothing follows within this time is a person, and else the beginning of a number: people type 2 keys a second. */
  loneMs: 1_500,
  /** The same key again within this time is a key that bounced, or an impatient finger: connecting takes 2 s to say. */
  againMs: 2_000,
} as const;

/** Signs by which a worker that is watched from outside shows that it is on duty, and what it owes. */
export const DUTY = {
  /** `on duty` in the log: five of them fit into the time without one after which the worker counts as missing (`ALERTS.silentMin`). */
  everyMs: 120_000,
  /** Callbacks that are owed: people who wait for a call count in hours. */
  owedEveryMs: 300_000,
  /** Rows that are looked at: the oldest ones, and more than this many is the same alarm. */
  owedRows: 500,
} as const;

/** When somebody is told that a deployment is not well. Minutes and shares, as the alert policies have them. */
export const ALERTS = {
  /** Calls that ended without help, of all that ended … */
  failedShare: 0.05,
  /** … within this time, in which a small clinic has a handful of calls … */
  failedMin: 60,
  /** … and at least so many: one call in a quiet hour is over any share, and is in the log. */
  failedLeast: 2,
  /** 95 of 100 turns are answered within this. Beyond 1.5 s callers hear a filler, and at 3 s they ask whether anybody is there. */
  turnP95Ms: 2_500,
  /** Fewer turns than 20 have no 95th percentile worth the name: half an hour of calls has them, ten minutes may not. */
  turnMin: 30,
  turnLeast: 20,
  /** A start is answered by the worker (image pulled, process up, shift planned) within 1–2 min, and its line is counted up to 3 min later. */
  startMin: 12,
  /** The same for signs of life: 10 min without one are five that did not come. */
  silentMin: 10,
  /** For so long after that the alarm stays up, for whoever did not see it at once. */
  lookBackMin: 20,
  /** Memory and CPU, as a share of the limit: above it the next call's process (130 MB) may not fit, or its sound breaks … */
  memoryShare: 0.9,
  cpuShare: 0.9,
  /** … if it stays so: the start of a process takes a core for 2 s. */
  resourceMin: 5,
  /** A callback was promised for "as soon as we can": two hours of open time are not soon. */
  callbackMin: 120,
  /** An incident that nothing speaks for any more is closed. */
  closeMin: 60,
  /** `/health` of the gateway is asked this often, and has to answer within `uptimeTimeoutS`: a service that was scaled to zero starts first. */
  uptimeEveryMin: 5,
  uptimeTimeoutS: 30,
} as const;
