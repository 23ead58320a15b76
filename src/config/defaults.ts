/**
 * Every time-out and threshold of the project, in milliseconds unless the name says otherwise, with the arithmetic behind it.
 */

/** Start-up and shutdown of the job. */
export const LIFECYCLE = {
  /** Cloud Run kills 10 s after SIGTERM; a second is left for the exit itself. */
  stopNoticeMs: 9_000,
  /** The framework's own retries end after about 80 s (1+2+…+10 s, capped); we give up with it. */
  connectRetries: 10,
  /** A waiting process warms up: two round trips to the database; without it, a process is ready all the same. */
  warmUpMs: 3_000,
  /** A call's process flushes its last row and leaves: two round trips, and the room's disconnect. */
  processCloseMs: 4_000,
  /** What is left for the exit itself: closing the status server and writing the last line. */
  exitMs: 500,
  /** After a call's last sentence its process hands in its rows and leaves: 0.3–0.6 s. */
  leaveMs: 1_000,
  /** However late it is, processes that are asked to end get this long. */
  leastCloseMs: 250,
  /** A machine that is being moved takes no calls for so long, if nobody says that it has been: notice, and a long standstill. */
  moveMs: 60_000,
  /** The framework kills a process after `processCloseMs`: wait until it has, 4 s, and a little more. 4.5 + 4.4 s is within the notice. */
  closeMs: 4_400,
  /** A required service is asked this often at start before the worker exits 69. */
  databaseRetries: 6,
  /** First pause between those tries; doubled each time: 0.25 + 0.5 + 1 + 2 + 4 s ≈ 8 s in all. */
  databaseRetryMs: 250,
  /** Asking LiveKit once whether it takes our key: a refusal answers in one round trip. */
  credentialCheckMs: 5_000,
} as const;

/** A platform's notice before it kills. */
export const NOTICE = {
  /** With at least this much of it calls may end by themselves first: a word that time is short, and handing over, take 60 + 20 s at a planned end. */
  calmMs: 60_000,
} as const;

/** One request to the database. A slow one takes a second or two; one that hangs is given up, and may be made again. */
export const DATABASE = { requestMs: 10_000 } as const;

/** The shift: from opening to the last exit. */
export const SHIFT = {
  /** Two openings closer than this are one shift: over lunch the worker stays, and callers hear when the clinic is open again. */
  bridgeMs: 2 * 3_600_000,
  /** After closing time, calls in progress may go on this long: twice a long booking. Callers who arrive now hear the after-hours path. */
  graceMs: 10 * 60_000,
  /** Callers are told this long before closing time. */
  closingNoticeMs: 2 * 60_000,
  /** Before the platform's deadline no call is taken for this long: nine calls in ten are over by then. */
  drainMs: 5 * 60_000,
  /** Calls still going on this long before the end are told that time is short. */
  shortOfTimeMs: 60_000,
  /** … and this long before it they are handed over. The platform's own notice is 10 s; we are always ahead of it. */
  handoverMs: 20_000,
  /** Ahead of the platform's timeout by this much: its clock started before ours. */
  marginMs: 15_000,
  /** The next worker of a relay is started this long before it is needed: a start takes 2–10 s. */
  relayLeadMs: 60_000,
  /** It takes the lease this long before the one before it stops taking calls: registering takes 1–3 s, or several tries. */
  relayOverlapMs: 30_000,
  /** The wall clock is looked at this often, so that a clock that was set, or a machine that slept, is noticed. */
  tickMs: 1_000,
} as const;

/** Who is there: the lease of a shift and the signs of life of workers. */
export const FLEET = {
  /** A worker with calls says this often that it lives: another one takes over 2 s after the last sign. */
  beatMs: 500,
  /** How often it is looked whether a sign of life is due. */
  lookMs: 125,
  /** One without calls need not hurry. */
  idleBeatMs: 2_000,
  /** Whoever finds a seat taken asks again this often, if there is something to wait for. */
  askAgainMs: 500,
  /** A holder that has been silent for this long has vanished: its lease is waited for, instead of leaving. */
  vanishedMs: 6_000,
  /** A sign of life that has no answer by then counts as not given. */
  answerMs: 3_000,
  /** A worker with calls that has not beaten for this long is dead. Four beats: a slow database costs one or two. */
  deadMs: 2_000,
  /** A shift’s lease runs out this long after its holder’s last sign, and another may take it. A holder that comes back before anybody took it keeps it. */
  leaseMs: 20_000,
} as const;

/** The look-out for calls without an agent. */
export const LOOKOUT = {
  /** Rooms are looked at this often. */
  everyMs: 500,
  /** A call without an agent for this long is taken over: a dispatch takes 0.5–1 s, and a slow one is not doubled. */
  takeOverMs: 3_000,
  /** … for this long it is transferred, and if that fails a callback is owed. */
  transferMs: 10_000,
  /** A worker that has accepted a call has this long to bring its agent: a host at its limit takes 5 s to fork. */
  arrivalMs: 8_000,
  /** A takeover that has not arrived by then is tried again. */
  retryMs: 3_000,
  /** The processes of calls are looked at this often. */
  processEveryMs: 250,
  /** A call's process that has not beaten for this long, and does not want a core, hangs: six beats. Long collections of garbage take 0.2 s. */
  stuckMs: 1_500,
  /**
   * One that wants a core is short of it on a busy host, more often than it spins: with twice as much work as cores 3 s were too short ten times
   * in a hundred calls.
   */
  hungMs: 6_000,
  /** … and one that has not opened its call yet is busiest: connecting, with everything made for the first time. */
  openingMs: 8_000,
} as const;

/** Memory of a call's process above which it leaks: a call takes 130–200 MB. */
export const JOB_MEMORY_MB = 700;

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
} as const;

/** Limits on one call. */
export const CALL = {
  /** A booking takes two to four minutes; a quarter of an hour of talk is somebody who needs a person. */
  longestMs: 15 * 60_000,
  /** How long the caller may take to become `active` after the agent joined (the trunk's ringing limit is shorter). */
  answerMs: 30_000,
  /** How long the caller may take to enter the room after we did: the bridge is there before us. */
  arrivalMs: 2_000,
  /** The greeting goes before the session for so long: the bridge connects a call 0.1–0.4 s after our track is there. */
  greetingFirstMs: 600,
  /** Opening a call is one round trip; a restart of the database's HTTP side takes 1–2 s, which the greeting hides. */
  openTries: 4,
  openRetryMs: 600,
  /** Once a call is over its rows are tried this long. */
  closeRowsMs: 3_000,
  /** Between the last sound we handed over and hanging up: 200 ms of queue, the network and the bridge's jitter buffer. */
  lingerMs: 400,
  /** When only the framework says that the process has to end: it gives `processCloseMs` for everything. */
  stoppingMs: 3_600,
  /** A process whose worker died: the framework ends it 14–15 s later. */
  orphanMs: 11_000,
  /** Somebody at the front desk picks up within this time, or not at all. */
  transferRingMs: 25_000,
  /** Calls in progress from one number, and calls of the last hour, before it is asked to call later. */
  perCallerActive: 3,
  perCallerHour: 30,
  /** Before the longest call ends, its caller is told: time for two more sentences each. */
  longestNoticeMs: 60_000,
  /** A tool that has not answered by now is reported to the caller as failed. */
  toolMs: 6_000,
  /** Characters of a name, as the recogniser may hear anything. */
  nameChars: 120,
  /** Slots read out at a time: more than three are not remembered. */
  slotsOffered: 3,
  /** Model tool steps within one turn. */
  toolSteps: 4,
} as const;

/** Finishing a call that cannot go on here. Of the 9 s after a SIGTERM: 0.9 pause + 3.2 for a successor, or for a transfer; 4.2 + 0.4 goodbye. */
export const WRAPPING = {
  /** How long we wait for the sentence that is being said, by either side … */
  politeMs: 1_500,
  /** … and at most this part of the time there is. */
  politeShare: 0.12,
  pollMs: 40,
  /** Something that may take long is given up within this time after its own is over. */
  lookMs: 100,
  /** A dispatched agent is in the room after 0.5–1.5 s; on a busy host after 3 s. */
  joinMs: 4_000,
  /** The longest goodbye takes 4.2 s, with the queue and the linger. */
  goodbyeMs: 4_700,
  /** With more time than this a transfer rings first and the callback is promised after it; with less it is promised before. */
  calmMs: 12_000,
  /** The sentence before a transfer in a hurry takes 4.1 s; a queue or a switchboard picks up within 1.2 s. */
  transferMs: 5_300,
  /** One round trip to the database, with room; a database that is gone must not cost the goodbye. */
  rowMs: 900,
  /** An agent that takes over waits this long for the other one's last sentence. */
  yieldMs: 5_000,
} as const;

/** A call to a closed clinic. */
export const AFTER_HOURS = {
  pollMs: 100,
  /** The longest message: two minutes are 300 words. */
  messageMs: 120_000,
  messageChars: 3_000,
  /** Somebody who has not begun by then has nothing to say. */
  beginMs: 8_000,
  /** A pause this long ends the message: with the answer's own time, 3 s are heard. */
  endMs: 2_500,
} as const;

/** Silence within a call, and who owes the next word. */
export const SILENCE = {
  /** The state of the line is looked at this often. */
  everyMs: 100,
  /** The caller has finished and hears nothing: a filler. Nine answers in ten begin within 1.3 s. */
  fillerMs: 1_500,
  /** … and another this long after the first has ended. */
  fillerAgainMs: 2_000,
  /** An answer that has not come by then does not come: two fillers, and no silence above 3 s. */
  lostTurnMs: 8_000,
  /** So many lost or unheard turns in a row, and the call goes to somebody else. */
  lostTurns: 2,
  /** The caller has spoken (as the voice detector hears it) and no word has arrived: an utterance's final text takes 0.2–0.6 s. */
  unheardMs: 2_000,
  /** Shorter sounds are no words: coughs and clicks. */
  wordMs: 350,
  /** The caller's track is there and not subscribed for this long: the agent is deaf. After a reconnect it takes 0.3 s. */
  cutOffMs: 2_500,
  /** The session says that it speaks, and hands no audio over for this long: it is mute. */
  muteMs: 2_500,
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
  /** A first sentence starts at its first comma after this many characters: 16 are 1 s of speech, in which the next clause is written and made. */
  clauseChars: 16,
  /** Length of the frames handed to the framework. */
  frameMs: 50,
} as const;

/** The status server: the bodies it reads, who listens to its events, and how often they hear that it is there. */
export const STATUS = { bodyBytes: 64 * 1024, listeners: 20, pingMs: 10_000 } as const;

/** Calls one worker takes per core: with 2 cores 4 calls are fine, 6 are slow, 8 break (measured with the local stand-ins beside). */
export const CALLS_PER_CORE = 2;

/** The plan of a shift: the calendar's view, and what a task's time must hold. */
export const PLAN = {
  /** Openings are looked for this far ahead, and an opening that goes on for longer has no end: a year, and a month of holidays. */
  horizonMs: 400 * 86_400_000,
  /** A start (2–10 s), a call, and its handing over: less than a minute of work is not worth a start. */
  shortestTaskMs: 60_000,
  /** Cloud Run's longest task timeout. */
  longestTaskMs: 168 * 3_600_000,
  /** The two clocks that say when the process started and what time it is may differ by this much. */
  clockSlackMs: 1_000,
} as const;

/** When the process for a further call is started. Measured: `bench/forks`. */
export const FORKS = {
  /** A call's first seconds: connecting takes 0.5–1 s, and a start in them is heard by everybody. Meanwhile a call that finds no process gets one at once. */
  settleMs: 2_000,
  /**
   * A start takes 1–2 s of a core. On a host eight times oversubscribed 15 s were too short four times in a row: whoever ends a slow start
   * and begins again never has a process.
   */
  readyMs: 40_000,
} as const;

/** Transferring a caller by REFER. */
export const TRANSFER = {
  /** After the far side has rung in vain LiveKit needs this long to say so; later than that it is not going to. The SDK's own floor. */
  answerMs: 2_000,
  /** Asking whether the caller is still there, after a transfer that ended in doubt: one round trip. */
  presenceMs: 1_500,
} as const;

/** Providers that stand in for one another. */
export const FALLBACK = {
  /** Failures in a row after which a provider is left alone: one may be chance. */
  breakerFailures: 2,
  /** … for this long; then one request tries it again. Two or three turns of a call. */
  breakerRetryMs: 10_000,
  /** The same for recognisers: trying one costs the caller nothing, since the audio is kept. */
  listenRetryMs: 3_000,
  /** The first byte of a model's answer takes 300–900 ms. With the second model's 900 ms and 400 ms for the voice, silence stays under 3 s. */
  languageFirstMs: 1_500,
  /** Between two pieces of an answer, which come every 10–50 ms. */
  languageIdleMs: 1_000,
  /** Until words or a whole tool call are there, however busy the line is: the arguments of a call are 100 tokens, 1.3 s. */
  languageAnswerMs: 4_000,
  /** How fast a voice speaks until it has been measured: 14–17 characters a second in English. The least of it: a word said twice is better than one left out. */
  charsPerSecond: 14,
  /** Voice was sent to a recogniser and nothing came back: results come at least every second. With 1 s for the next one the caller is answered in 3 s. */
  listenDeafMs: 2_000,
  /** A handshake takes 100–300 ms: two tries within `listenDeafMs`. */
  listenHandshakeMs: 900,
  /** Pauses between reconnects where there is another recogniser: four tries within `listenDeafMs`. */
  listenReconnectMs: [0, 250, 500, 500, 500] as readonly number[],
  /** Silence after which an utterance goes to a recogniser that takes whole ones: pauses within a sentence are mostly shorter. */
  utteranceSilenceMs: 300,
  /** Voice in a stretch shorter than this is a click. */
  utteranceVoiceMs: 60,
  /** Kept from before the voice was noticed: soft first consonants. */
  utteranceLeadMs: 200,
  /** An utterance this long is cut, so that its words do not wait for a pause; less than the audio that is kept (`RECOGNIZER.replayMs`). */
  utteranceLongestMs: 6_000,
  /** Transcribing 2–5 s of speech takes 0.5–1 s. */
  transcribeMs: 2_000,
} as const;

/** What the look-out does for a call without an agent. */
export const RESCUE = {
  /** A request to LiveKit's server API takes 5–100 ms; one that takes this long is made again at a later look. */
  requestMs: 2_000,
  /** How long the clinic's own telephone may ring. */
  ringingMs: 20_000,
  /** After this a transfer that somebody claimed has failed, whoever it was: ringing, LiveKit's answer (4.5 s), and the claim itself. */
  transferMs: 27_000,
  /** Takeovers of one call by one observer: a call that has killed this many agents will kill the next. Three tries for each of two losses. */
  takeOvers: 6,
} as const;
