/**
 * Every time-out and threshold of the project, in milliseconds unless the name says otherwise, with the arithmetic behind it.
 */

/** Start-up and shutdown of the job. */
export const LIFECYCLE = {
  /** Cloud Run kills 10 s after SIGTERM; a second is left for the exit itself. */
  stopNoticeMs: 9_000,
  /** The framework's own retries end after about 80 s (1+2+…+10 s, capped); we give up with it. */
  connectRetries: 10,
  /** Loading the VAD and the agent's modules takes 0.5–1.5 s on two busy cores; ten times that is broken. */
  processInitMs: 15_000,
  /** A waiting process warms up: two round trips to the database; without it, a process is ready all the same. */
  warmUpMs: 3_000,
  /** A call's process flushes its last row and leaves: two round trips, and the room's disconnect. */
  processCloseMs: 4_000,
  /** What is left for the exit itself: closing the status server and writing the last line. */
  exitMs: 500,
  /** The framework kills a process after `processCloseMs`: wait until it has, 4 s, and a little more. 4.5 + 4.4 s is within the notice. */
  closeMs: 4_400,
  /** A required service is asked this often at start before the worker exits 69. */
  databaseRetries: 6,
  /** First pause between those tries; doubled each time: 0.25 + 0.5 + 1 + 2 + 4 s ≈ 8 s in all. */
  databaseRetryMs: 250,
  /** Asking LiveKit once whether it takes our key: a refusal answers in one round trip. */
  credentialCheckMs: 5_000,
} as const;

/** Turn-taking. Measured against the local stack; `bench/latency` prints what each costs. */
export const TURNS = {
  /**
   * Silence after which the recogniser closes a piece of text (Deepgram `endpointing`). Shorter than a turn's end on purpose: the words are then
   * there, and the answer being prepared, while the silence is still being waited for.
   */
  recognizerEndpointingMs: 100,
  /** Silence before the VAD calls speech ended; the shortest at which pauses between words rarely end a turn. */
  vadSilenceMs: 250,
  /** Speech shorter than this is a click on the line. */
  vadMinSpeechMs: 40,
  /** End of turn when the words are complete: counted from the last sound. */
  minEndpointingMs: 280,
  /** End of turn when they are not ("I would like to come on …"): a breath, and a thought. */
  maxEndpointingMs: 1_400,
  /** Sound this long over the agent's voice stops it: shorter than the shortest "stop" (about 250 ms). */
  interruptionMs: 160,
  /** Silence after which the caller is asked whether they are there. */
  callerSilentMs: 8_000,
  /** How often the caller is asked before the call ends politely. */
  silentPrompts: 2,
} as const;

/** Limits on one call. */
export const CALL = {
  /** A booking takes two to four minutes; a quarter of an hour of talk is somebody who needs a person. */
  longestMs: 15 * 60_000,
  /** How long the caller may take to become `active` after the agent joined (the trunk's ringing limit is shorter). */
  answerMs: 30_000,
  /** How long the caller may take to enter the room after we did: the bridge is there before us. */
  arrivalMs: 2_000,
  /** Between the last sound we handed over and hanging up: 200 ms of queue, the network and the bridge's jitter buffer. */
  lingerMs: 400,
  /** For the sentence about the worker's end: it takes 3 s, and the process has `processCloseMs` for everything. */
  stoppingMs: 3_200,
  /** A tool that has not answered by now is reported to the caller as failed. */
  toolMs: 6_000,
  /** Characters of a name, as the recogniser may hear anything. */
  nameChars: 120,
  /** Slots read out at a time: more than three are not remembered. */
  slotsOffered: 3,
  /** Model tool steps within one turn. */
  toolSteps: 4,
} as const;

/** The Deepgram recogniser. */
export const RECOGNIZER = {
  /** The published plugin waits for ever; a handshake takes 100–300 ms. */
  handshakeMs: 3_000,
  /** Deepgram closes a socket that hears nothing for 10 s. */
  keepAliveMs: 5_000,
  /** Audio kept until it is acknowledged by a result, to send again after a reconnect. */
  replayMs: 8_000,
  /** Pauses between reconnects: at once, then these. */
  reconnectMs: [0, 250, 500, 1_000, 2_000] as readonly number[],
  /** Voice was sent and nothing came back for this long: the socket is deaf, take another. */
  deafMs: 5_000,
  /** That much sound in all counts as voice: less is a click, for which a recogniser owes no answer. */
  deafVoiceMs: 200,
  /** Loudness (root mean square of 16-bit samples) above which a frame is voice: -41 dBFS, under any telephone voice. */
  voiceRms: 300,
  /** At the end of the audio the last results are awaited this long: an endpoint (250 ms) and a slow round trip, with room. */
  finishMs: 2_000,
  /** Deepgram's `utterance_end_ms` refuses less than 1,000. */
  utteranceEndMs: 1_000,
  /** Silence after the last word of a repeated partial result that makes an early reply worth starting: stops within words are shorter. */
  preflightPauseMs: 80,
  /** Audio per usage report, as the framework's own plugins do it. */
  usageEveryMs: 5_000,
} as const;

/** The Deepgram voice. */
export const VOICE = {
  /** The first sound of an utterance takes 200–400 ms; after this another socket is tried. Later silences within it have the same limit. */
  firstAudioMs: 1_500,
  /** A handshake takes 100–300 ms. */
  handshakeMs: 2_000,
  /** An idle socket is pinged this often; one that has not answered by the next ping is dropped and replaced. */
  pingMs: 5_000,
  /** Deepgram takes 20 Flush messages in 60 s on a socket and ignores the rest (developers.deepgram.com/docs/tts-ws-flush). */
  flushesPerMinute: 20,
  /** Text after the first sentence is flushed in pieces of at least this many characters (about 8 s of speech). */
  flushChars: 120,
  /** A first sentence longer than this starts at its first comma: 40 characters are 2.5 s of speech, enough to hide the rest. */
  clauseChars: 40,
  /** Length of the frames handed to the framework. */
  frameMs: 50,
} as const;

/** HTTP bodies the status server reads. */
export const STATUS = { bodyBytes: 64 * 1024 } as const;

/** Calls one worker takes per core: with 2 cores 4 calls are fine, 6 are slow, 8 break (measured, docs/benchmarks.md). */
export const CALLS_PER_CORE = 2;
