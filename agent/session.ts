import { inference, voice } from '@livekit/agents';
import { CALL, TURNS } from '../src/config/defaults.ts';
import type { Config } from '../src/config/load.ts';
import { createLanguageModel } from '../src/providers/language.ts';
import { createRecognizer, createVoice } from '../src/providers/speech.ts';
import type { Logger } from '../src/log.ts';
import type { ProviderEvents } from '../src/providers/provider-events.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { CallState } from './call-state.ts';
import type { CallerLine } from './phone-line.ts';
import type { EndOfTurnClient } from './end-of-turn-client.ts';
import { EndOfTurnDetector } from './end-of-turn.ts';
import { spokenBy } from './spoken-words.ts';

/** What a process prepares before its call comes. */
export interface Prewarmed {
  readonly vad: inference.VAD;
  readonly endOfTurn: EndOfTurnClient;
  /** The clinic of a line, as it was when the process was made. */
  readonly clinicOf: (line: Pick<CallerLine, 'dialledNumber' | 'clinicSlug'>) => ClinicProfile | undefined;
}

/** The voice activity model, from the package: nothing is downloaded. */
export function loadVad(): inference.VAD {
  return new inference.VAD({
    model: 'silero',
    minSilenceDuration: TURNS.vadSilenceMs,
    minSpeechDuration: TURNS.vadMinSpeechMs,
  });
}

/** The session of one call: recogniser, language model, voice, and how turns are taken. */
export function createSession(
  config: Config,
  prewarmed: Prewarmed,
  state: CallState,
  events: ProviderEvents,
  log: Logger,
): voice.AgentSession<CallState> {
  const turn = { text: '', asked: '' };
  const session = new voice.AgentSession<CallState>({
    userData: state,
    vad: prewarmed.vad,
    stt: createRecognizer(config, state.clinic, log, events, () => state.language),
    llm: createLanguageModel(config, events, { log }),
    // Asked anew for each sentence: a caller can ask for another language, and for slower speech.
    tts: createVoice(config, log, events, () => state),
    ttsTextTransforms: ['filter_markdown', 'filter_emoji', spokenBy(() => state.language)],
    maxToolSteps: CALL.toolSteps,
    // The silence guard asks, and knows of prepared audio, which the session does not.
    userAwayTimeout: null,
    // By default an interruption in the first seconds is ignored: a phone line needs no echo canceller to warm up.
    aecWarmupDuration: null,
    turnHandling: {
      turnDetection: new EndOfTurnDetector(
        () => turn.text,
        prewarmed.endOfTurn,
        () => turn.asked,
      ),
      endpointing: { mode: 'fixed', minDelay: TURNS.minEndpointingMs, maxDelay: TURNS.maxEndpointingMs },
      interruption: { enabled: true, mode: 'vad', minDuration: TURNS.interruptionMs, minWords: 0 },
      preemptiveGeneration: { enabled: true, preemptiveTts: true },
    },
  });
  followTurn(session, turn);
  return session;
}

/** Keeps the words of the turn in progress, and what the agent said before it: finals add up, an interim result is the newest guess at what follows them. */
function followTurn(session: voice.AgentSession<CallState>, turn: { text: string; asked: string }): void {
  let final = '';
  session.on(voice.AgentSessionEventTypes.UserInputTranscribed, (event) => {
    if (event.isFinal) final = `${final} ${event.transcript}`;
    turn.text = event.isFinal ? final : `${final} ${event.transcript}`;
  });
  session.on(voice.AgentSessionEventTypes.ConversationItemAdded, (event) => {
    if (event.item.type !== 'message') return;
    if (event.item.role === 'assistant') turn.asked = event.item.textContent ?? '';
    if (event.item.role !== 'user') return;
    final = '';
    turn.text = '';
  });
}
