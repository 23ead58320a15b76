import { inference } from '@livekit/agents';
import type { EndOfTurnClient } from './end-of-turn-client.ts';

/** Words that always have something after them: "I would like to come on …". */
const OPEN_ENDINGS =
  /\b(a|an|the|my|your|to|on|at|in|for|with|and|or|but|so|because|i'm|it's|um|uh|er|erm|like|about|from|of|next|name's)[\s,.…-]*$/i;

/** Words that may end a sentence ("that's what I want"), and go on when the recogniser put no full stop. */
const OPEN_UNLESS_CLOSED = /\b(i|is|are|was|this|would|could|can|want|need)[\s,…-]*$/i;

/**
 * What the words alone say about the end of a turn: `open` for a sentence that obviously goes on, `complete` for one that the recogniser
 * closed with a full stop or question mark, `unclear` otherwise.
 */
export function wordsSay(transcript: string): 'open' | 'complete' | 'unclear' {
  const text = transcript.trim();
  if (text === '') return 'unclear';
  if (OPEN_ENDINGS.test(text) || OPEN_UNLESS_CLOSED.test(text) || /(\.\.\.|…|-)$/.test(text)) return 'open';
  return /[.?!؟۔]$/.test(text) ? 'complete' : 'unclear';
}

/** What asks for a name and a birth date at once, in the languages of a call. */
const ASKS_WHO = /name[^.?]*birth|nombre[^.?]*nacimiento|نام[^.?؟]*پیدائش/iu;
/** What every birth date has: a digit, a month, or a year in words. */
const DATE_WORDS =
  /\p{Nd}|(?<!\p{L})(?:january|february|march|april|may|june|july|august|september|october|november|december|nineteen|twenty|thousand|enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre|mil|جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر|ہزار|سو)(?!\p{L})/iu;
/** More than this is an answer of another kind. */
const NAME_WORDS = 8;

/**
 * True for a name alone where name and birth date were asked for: the other half comes after a breath, and an answer to the first half would talk
 * into it.
 */
export function isHalfAnAnswer(asked: string, transcript: string): boolean {
  const text = transcript.trim();
  if (text === '' || text.endsWith('?') || !ASKS_WHO.test(asked.slice(-500))) return false;
  return text.split(/\s+/).length <= NAME_WORDS && !DATE_WORDS.test(text) && !REFUSES.test(text);
}

/** "No", "I'm new here", "I don't know": whoever does not say their name waits for an answer. */
const REFUSES =
  /(?<!\p{L})(?:no|not|new|don't|dont|can't|yes|hello|sorry|sí|nuevo|nueva|hola|نہیں|جی|نیا|نئی)(?!\p{L})/iu;

/**
 * LiveKit's local end-of-turn model, which judges the melody of the voice, corrected by the words: a finished sentence ends the turn however
 * flat it was spoken, an unfinished one never does. The model alone misjudges flat voices and then waits for its longest delay
 * (2.5 s by default).
 */
export class EndOfTurnDetector extends inference.TurnDetector {
  readonly #transcript: () => string;
  readonly #asked: () => string;

  /**
   * @param transcript What the caller has said in this turn so far.
   * @param client Where the model runs.
   * @param asked What the agent said last.
   */
  constructor(transcript: () => string, client: EndOfTurnClient, asked: () => string = () => '') {
    super({ version: 'v1-mini', executor: client });
    this.#transcript = transcript;
    this.#asked = asked;
  }

  override stream(
    ...args: Parameters<inference.TurnDetector['stream']>
  ): ReturnType<inference.TurnDetector['stream']> {
    const stream = super.stream(...args);
    const modelThreshold = stream.unlikelyThreshold.bind(stream);
    stream.unlikelyThreshold = async (language) => {
      if (isHalfAnAnswer(this.#asked(), this.#transcript())) return 1.01;
      const verdict = wordsSay(this.#transcript());
      if (verdict === 'complete') return 0;
      if (verdict === 'open') return 1.01;
      return await modelThreshold(language);
    };
    return stream;
  }
}
