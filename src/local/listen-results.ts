/** Deepgram's messages to a listener; docs: Streaming API, `v1/listen`. Times are seconds of the audio sent. */
export type ListenMessage =
  | { type: 'SpeechStarted'; channel: number[]; timestamp: number }
  | { type: 'UtteranceEnd'; channel: number[]; last_word_end: number }
  | ListenResults;

/** A recognised text, interim or final. Final ones follow each other without a gap: `start` is the end of the one before. */
export interface ListenResults {
  type: 'Results';
  channel_index: number[];
  start: number;
  duration: number;
  is_final: boolean;
  speech_final: boolean;
  from_finalize: boolean;
  channel: { alternatives: { transcript: string; confidence: number; words: Word[] }[] };
  metadata: {
    request_id: string;
    model_info: { name: string; version: string; arch: string };
    model_uuid: string;
  };
}

interface Word {
  word: string;
  punctuated_word: string;
  start: number;
  end: number;
  confidence: number;
}

/** What the local model is called in metadata. */
export const MODEL_INFO = { name: 'stand-in-moonshine-tiny-en', version: '0.0.73', arch: 'moonshine' };
/** It has no UUID of Deepgram's. */
export const MODEL_UUID = '00000000-0000-4000-8000-000000000001';

/** The model tells no confidence: every word gets this one. */
const CONFIDENCE = 0.9;

/** What a result is made of. Positions are seconds. */
export interface ResultParts {
  text: string;
  /** The stretch of audio it covers. */
  start: number;
  end: number;
  /** Where the voice was in it. */
  voiceStart: number;
  voiceEnd: number;
  requestId: string;
  /** Whether words keep their capitals and punctuation (`punctuate`, `smart_format`). */
  formatted: boolean;
  isFinal: boolean;
  speechFinal: boolean;
  fromFinalize: boolean;
}

const bare = (word: string): string => word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
const seconds = (value: number): number => Math.round(value * 1000) / 1000;

/** A `Results` message. The model gives no word times: words share the voiced stretch by their length. */
export function listenResults(parts: ResultParts): ListenResults {
  const words = timeWords(parts);
  const transcript = words.map((word) => (parts.formatted ? word.punctuated_word : word.word)).join(' ');
  return {
    type: 'Results',
    channel_index: [0, 1],
    start: seconds(parts.start),
    duration: seconds(parts.end - parts.start),
    is_final: parts.isFinal,
    speech_final: parts.speechFinal,
    from_finalize: parts.fromFinalize,
    channel: { alternatives: [{ transcript, confidence: words.length > 0 ? CONFIDENCE : 0, words }] },
    metadata: { request_id: parts.requestId, model_info: MODEL_INFO, model_uuid: MODEL_UUID },
  };
}

function timeWords({ text, voiceStart, voiceEnd }: ResultParts): Word[] {
  const spoken = text.split(/\s+/).filter((word) => bare(word) !== '');
  const total = spoken.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  return spoken.map((word) => {
    const at = (characters: number) => seconds(voiceStart + ((voiceEnd - voiceStart) * characters) / total);
    const start = at(before);
    before += word.length;
    return { word: bare(word), punctuated_word: word, start, end: at(before), confidence: CONFIDENCE };
  });
}
