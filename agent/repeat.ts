import type { llm } from '@livekit/agents';
import { baseLanguage } from '../src/clinic/languages.ts';
import { plainWords } from '../src/clinic/plain-words.ts';

/** What a language has for "say that again", and what may stand around it without changing what is meant. */
interface Phrases {
  readonly requests: readonly string[];
  readonly around: readonly string[];
}

const ENGLISH: Phrases = {
  requests: [
    '(?:say|tell me|repeat|read) (?:that|it|this|this one|all that)(?: all| part| bit)?(?: back)?(?: (?:to me|for me))?(?: (?:again|once more|one more time|over))?',
    'repeat(?: what you (?:just )?said)?(?: (?:again|once more))?',
    '(?:repeat|say) (?:the |that )?(?:last )?(?:part|bit|time|times|date|day|number|question|options|thing)(?: again| once more)?',
    'say (?:again|once more|what)',
    '(?:what|how) (?:did|do) you (?:just )?(?:say|said)(?: (?:again|there|just now))?',
    'what (?:was|is) that(?: again)?',
    '(?:i )?(?:didnt|did not|couldnt|cant|dont)(?: quite| really)? (?:hear|catch|get|understand|follow)(?: (?:that|it|you|a word|what you said|anything|the last (?:part|bit)))?',
    '(?:one more time|once more|come again|again|pardon(?: me)?|beg your pardon|i beg your pardon|what|huh|eh)',
  ],
  around:
    'sorry|please|excuse me|im|i am|hello|hey|oh|uh|um|hm|hmm|ok|okay|can you|could you|would you|will you|can i|could i|may i|ask you to|just|for me|to me|again|maam|sir|the line is bad|its a bad line'.split(
      '|',
    ),
};

const SPANISH: Phrases = {
  requests: [
    '(?:me |me lo |melo |lo )?(?:repita|repitalo|repitamelo|repitame|repite|repitelo|repetir|repetirlo|repetirmelo|repetirme|repites)(?: (?:eso|lo|la pregunta|la hora|la fecha|el dia|lo ultimo|lo que dijo))?(?: (?:otra vez|una vez mas|de nuevo))?',
    '(?:me )?(?:lo )?(?:diga|digalo|digamelo|dice|decir|decirlo|decirmelo|dime|dimelo)(?: eso)? (?:otra vez|una vez mas|de nuevo)',
    '(?:que|como)(?: es lo que)? (?:dijo|dijiste|dice|ha dicho|me dijo)',
    'no (?:le |te |lo |la )?(?:oi|escuche|entendi|he oido|he entendido|escucho|oigo|entiendo)(?: (?:bien|nada|eso|lo que dijo))*',
    '(?:otra vez|una vez mas|de nuevo|mande|perdon|perdone|como|que)',
  ],
  around:
    'perdon|perdone|disculpe|por favor|lo siento|hola|eh|ay|oiga|puede|podria|puedes|podrias|me lo|me|usted|senor|senora|senorita'.split(
      '|',
    ),
};

const URDU: Phrases = {
  requests: [
    '(?:یہ |وہ |بات |اپنی بات )?(?:دوبارہ|پھر سے|ایک بار پھر|ایک دفعہ پھر|ایک بار اور|پھر)(?: (?:سے))?(?: (?:کہیں|کہیے|کہیئے|کہیےگا|بتائیں|بتائیے|بتا دیں|بولیں|بولیے|کہہ دیں|دہرائیں|سنائیں|بتا|کہہ|بول))?',
    '(?:یہ |وہ |بات )?(?:دہرائیں|دہرا دیں|دہرائیے|دہرا)',
    '(?:آپ نے |آپ )?کیا (?:کہا|بولا|کہہ رہے ہیں|کہہ رہی ہیں|بتایا)(?: آپ نے)?',
    '(?:مجھے |آپ کی |کچھ |بات |آواز )*(?:سنائی|سمجھ|سن) (?:نہیں )?(?:دیا|دی|آئی|آیا|سکا|سکی|پایا|پائی)(?: نہیں)?',
    '(?:मुझे )?(?:दोबारा|फिर से|एक बार फिर)(?: (?:कहिए|बताइए|बोलिए|बताएं|कहें|बोलें))?',
    '(?:आपने )?क्या कहा(?: आपने)?',
    '(?:yeh |woh |baat )?(?:dobara|dubara|phir se|ek baar phir|ek dafa phir)(?: (?:kahein|kahen|kahiye|bataein|batayen|bataiye|batayein|bolein|bolen|boliye|bata dein|keh dein))?',
    '(?:aap ?ne )?kya (?:kaha|bola|bataya)(?: aap ?ne)?',
    '(?:mujhe |baat )*(?:samajh|sunai|sun) (?:nahi|nahin|nai) (?:aayi|aya|aaya|ayi|diya|saka|saki)',
  ],
  around:
    'جی|پلیز|براہ مہربانی|مہربانی|معاف کیجیے|معاف کیجیے گا|معاف کریں|سوری|ذرا|کیا آپ|سکتے|سکتی|ہیں|کر|मुझे|कृपया|माफ कीजिए|जी|ji|please|sorry|zara|maaf kijiye|maaf kijiyega|kya aap|sakte|sakti|hain|hai'.split(
      '|',
    ),
};

/** Longer than this says something else as well. */
const MOST_WORDS = 14;

const BY_LANGUAGE: Readonly<Record<string, RegExp>> = {
  en: wholly(ENGLISH),
  es: wholly(SPANISH),
  ur: wholly(URDU),
};

/**
 * True when somebody only asks to hear the last sentence again, in English or one of the languages given. Whoever asks for more than that ("say
 * it slower", "repeat the times on Friday") is the model's.
 */
export function asksToRepeat(text: string, languages: readonly string[]): boolean {
  if (text.length > 200) return false;
  const words = plainWords(text);
  if (words.split(' ').length - 2 > MOST_WORDS) return false;
  return ['en', ...languages.map(baseLanguage)].some(
    (language) => BY_LANGUAGE[language]?.test(words) === true,
  );
}

/**
 * The last thing that was said to the caller, word for word and whole: of a sentence that was interrupted the conversation has only what was
 * heard, and the rest is in `answers`, the last ones as they were made. Undefined where nothing was said, or the rest is not known.
 */
export function lastSaid(
  items: readonly llm.ChatItem[],
  answers: readonly string[] = [],
): string | undefined {
  const said = items.findLast(
    (item) => item.type === 'message' && item.role === 'assistant' && (item.textContent ?? '').trim() !== '',
  );
  if (said?.type !== 'message') return undefined;
  const text = (said.textContent ?? '').trim();
  if (!said.interrupted) return text;
  const heard = text.replace(/[\s….]+$/, '');
  return answers.findLast((answer) => answer.trim().startsWith(heard))?.trim();
}

/** What answers a caller who asks to hear it again, without the model; undefined for whoever asks something else. */
export function repetition(
  items: readonly llm.ChatItem[],
  languages: readonly string[],
  answers: readonly string[] = [],
): string | undefined {
  const asked = items.at(-1);
  if (asked?.type !== 'message' || asked.role !== 'user') return undefined;
  return asksToRepeat(asked.textContent ?? '', languages) ? lastSaid(items, answers) : undefined;
}

/** The whole of what was said is a request, with nothing around it but politeness. */
function wholly({ requests, around }: Phrases): RegExp {
  const fold = (phrases: readonly string[]) => phrases.map((phrase) => foldPhrase(phrase)).join('|');
  const polite = `(?:(?:${fold(around)}) ){0,6}`;
  return new RegExp(`^ ${polite}(?:${fold(requests)}) ${polite}$`, 'u');
}

/** As {@link plainWords} folds what is compared with it; the marks of a regular expression stay. */
function foldPhrase(phrase: string): string {
  return phrase.replace(/[\p{L}\p{M}]+/gu, (word) => plainWords(word).trim());
}
