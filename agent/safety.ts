import {
  phrasePattern,
  phraseSource,
  phrasesIn,
  plainWords,
  sentencesOf,
} from '../src/clinic/plain-words.ts';
import { EMERGENCIES } from './safety-emergencies.ts';
import { SAFETY_WORDS } from './safety-words.ts';

/** What code hears in a caller's words before the language model does, gravest first. */
export type AlarmKind = 'emergency' | 'machine' | 'person' | 'abuse';

type Language = keyof typeof SAFETY_WORDS;

/** That a caller needs something else than an answer. */
export interface Alarm {
  readonly kind: AlarmKind;
  /** The language of the words: `en`, `es` or `ur`. */
  readonly language: Language;
  /** The words that rang, as they were compared: lower case, without punctuation. */
  readonly words: string;
}

/** Phrases that ring in one language, and what keeps them from it. */
interface Bell {
  readonly kind: AlarmKind;
  readonly pattern: RegExp;
  readonly silencedBy: (found: Surroundings) => boolean;
}

/** A phrase, and the words of its sentence on either side. */
interface Surroundings {
  readonly said: string;
  readonly before: string;
  readonly after: string;
}

/** Characters on either side of a phrase that can deny it: nine words. */
const REACH = 64;

/** Words after which a "no" before them is of something else. */
const NEW_SUBJECT =
  '(?:i|im|ive|he|she|hes|shes|it|its|my|his|her|our|we|were|they|theyre|you|but|and|because|so|now|please|help|there|theres|if|pero|y|porque|que|me|mi|se|le|tengo|tiene|ayuda|hay)';
/** "Not sure, chest pain": no denial of what follows. */
const NO_DENIAL =
  /(?<= )(?:oh no|(?:not|dont|isnt|doesnt|didnt|arent) (?:feel|feeling|just|only|sure|know|well|good|ok|okay|great|right|normal|doing|looking|happy|understand|care|hang)(?: (?:well|good|ok|okay|great|right|normal|what|how))?|no (?:me siento|se|entiendo|importa|solo)(?: (?:muy )?bien)?)(?= )/g;
const DENIED_BEFORE = new RegExp(
  ` (?:no|not|never|without|nor|neither|none|isnt|arent|wasnt|dont|doesnt|didnt|hasnt|havent|hadnt|aint|denies|sin|ni|nunca|tampoco|ningun[oa]?|jamas) (?:(?:tengo|tiene|hay|siento|ha) )?(?:(?!${NEW_SUBJECT} )\\S+ ){0,5}$`,
);
const DOUBTED_BEFORE =
  / (?:(?:dont|didnt|doesnt) (?:think|believe|feel like)|no (?:creo|pienso) que) (?:\S+ ){0,4}$/;
/** A phrase that has a "no" in itself is not denied by one before it: "no, can't breathe". */
const NEGATIVE_ITSELF =
  / ?(?:cant|couldnt|wont|doesnt|isnt|hasnt|didnt|not|never|no|barely|hardly|unable|apenas|sin|nahi\S*|نہین) /;
/** Urdu denies after the noun, and the sentence's verb ends what a denial can reach. */
const DENIED_AFTER = new RegExp(
  `^ (?:(?!(?:hai|hain|he|hy|raha|rahi|rahe|rha|rhi|${phraseSource(['ہے|ہیں|رہا|رہی|رہے'])}) )\\S+ ){0,4}(?:nahi|nahin|nahee|nai|nhi|nhin|${phraseSource(['نہیں'])}) `,
);
/** "It stopped" is good news of these only. */
const CAN_STOP =
  /bleed|blood|pain|swell|swollen|breath|hurt|chest|reaction|seizure|sangr|dolor|khoon|dard|saans/;
const OVER_AFTER = new RegExp(
  `^ (?:(?!(?:no|not|never|hasnt|isnt|wont|doesnt|havent|keeps) )\\S+ ){0,3}(?:stopped(?! (?:breathing|moving|responding|talking))|gone|went away|subsided|resolved|under control|getting better|is better|are better|is over|ya (?:paro|paso|se detuvo|se quito)|(?:theek|thik) (?:ho |hai|he)) `,
);
/** "My breathing is fine", but not "is that fine". */
const FINE_AFTER = new RegExp(
  `^ (?:(?:is|are|feels|seems) (?!(?:that|this|it|he|she|there|not) )(?:\\S+ )?(?:fine|ok|okay|normal|good|alright|great)|${phraseSource(['ٹھیک (?:ہو|ہے)'])}) `,
);
const LONG_AGO = phraseSource([
  'last (?:year|month|summer|winter|spring|autumn|fall|time|decade|christmas)|(?:year|years|month|months|decades) (?:ago|back|earlier|before)|(?:in|since|back in|en) (?:19|20)\\d\\d|used to|history of|in the past|previously|medical history|once had|when (?:i|he|she) was (?:a|an|little|young|younger|small|\\d+|pregnant|in)|as a (?:child|kid|baby|teenager)|died (?:of|from)|run(?:s)? in (?:my|the|our) family',
  'el ano pasado|el mes pasado|hace ~2 (?:anos?|meses|mes)|cuando (?:yo )?era|en el pasado|antecedentes? de|historial de|de (?:nino|nina|joven)|la ultima vez|murio de',
  'pichl[aei]y? (?:saal|mahine|maheene|baar|dafa)|(?:saal|mahine|maheene) (?:pehle|pehlay|pahle)|bachpan|guzishta|پچھلے (?:سال|مہینے|دفعہ)|(?:سال|مہینے|مہینہ) پہلے|بچپن|گزشتہ',
]);
/** What follows these is of the present again. */
const PRESENT = `(?:now|today|currently|but|again|ahora|hoy|ab|aaj|${phraseSource(['اب|آج'])})`;
const TOLD_BEFORE = new RegExp(` (?:${LONG_AGO}) (?:(?!${PRESENT} )\\S+ ){0,7}$`);
const TOLD_AFTER = new RegExp(`^ (?:\\S+ ){0,5}(?:${LONG_AGO}) `);
const ONCE_MORE =
  / (?:again|right now|at the moment|is back|came back|coming back|happening|de nuevo|otra vez|phir se|dobara|دوبارہ|پہر سے) /;
/** An announcement speaks of any caller's emergency, not of one. */
const ANYBODYS =
  / (?:if (?:you|youre) (?:are )?(?:having |experiencing |have |an |a |feel |suffering |in )*|in case of (?:an |a )?|(?:en caso de|si (?:usted )?(?:tiene|es)) (?:una )?)(?:\S+ )?$/;
/** Asking what the clinic does, or what it is like: "do you treat knocked-out teeth?" */
const GENERAL =
  / (?:will there be (?:a )?|(?:will|would) (?:i|he|she|we|they) (?:be )?|(?:do|can|could) you (?:\S+ )?(?:treat|fix|see|handle|take|replace|do|save|deal with) (?:\S+ ){0,2}|if (?:a|any|another|some) (?:patient|person|customer) (?:\S+ ){0,3})$/;
/** "If this is an emergency", but not "I don't know if this is an emergency". */
const IF_THIS = /(?<!know|sure|wonder|wondering|tell) (?:if|si) (?:(?:this|it|there) )?$/;

/** True for what is said not to be so, or to be over. */
function denied({ said, before, after }: Surroundings): boolean {
  if (DENIED_AFTER.test(after) || FINE_AFTER.test(after) || DOUBTED_BEFORE.test(before)) return true;
  if (CAN_STOP.test(said) && OVER_AFTER.test(after)) return true;
  return !NEGATIVE_ITSELF.test(`${said} `) && DENIED_BEFORE.test(before.replace(NO_DENIAL, ' '));
}

function longAgo({ before, after }: Surroundings): boolean {
  return (TOLD_BEFORE.test(before) || TOLD_AFTER.test(after)) && !ONCE_MORE.test(after);
}

function isAnybodys({ said, before }: Surroundings): boolean {
  return (
    ANYBODYS.test(before) ||
    GENERAL.test(before) ||
    (IF_THIS.test(before) && /^(?:this|its|it|theres|there|es|is) /.test(said))
  );
}

/** Phrases that ring only when nothing else is said. */
function alone(phrases: readonly string[], courtesy: readonly string[]): string {
  const polite = courtesy.join('|');
  return `(?<=^ (?:(?:${polite}) ){0,4})(?:${phrases.join('|')})(?=(?: (?:${polite})){0,4} $)`;
}

function bellsOf(language: Language): readonly Bell[] {
  const words = SAFETY_WORDS[language];
  const emergencies = EMERGENCIES[language];
  return [
    {
      kind: 'emergency',
      pattern: phrasePattern(emergencies.flatMap(({ now }) => now)),
      silencedBy: (found) => denied(found) || isAnybodys(found),
    },
    {
      kind: 'emergency',
      pattern: phrasePattern(emergencies.flatMap(({ told }) => told)),
      silencedBy: (found) => denied(found) || longAgo(found) || isAnybodys(found),
    },
    { kind: 'machine', pattern: phrasePattern(words.machine), silencedBy: () => false },
    {
      kind: 'person',
      pattern: phrasePattern([...words.person, alone(words.personAlone, words.courtesy)]),
      silencedBy: denied,
    },
    {
      kind: 'abuse',
      pattern: phrasePattern([...words.abuse, alone(words.abuseAlone, words.courtesy)]),
      silencedBy: denied,
    },
  ];
}

const BELLS = new Map<string, readonly Bell[]>(
  (['en', 'es', 'ur'] as const).map((language) => [language, bellsOf(language)]),
);
const GRAVEST_FIRST: readonly AlarmKind[] = ['emergency', 'machine', 'person', 'abuse'];

/**
 * What in a caller's words must not wait for a language model: an emergency, an answering machine, the wish for a person, an insult; the
 * gravest of them. What is denied, over or long ago does not ring; in doubt it does. Never throws, and takes time in proportion to the text.
 *
 * @param text As a recogniser writes it, with or without punctuation.
 * @param languages Those that the clinic offers, such as `en` or `ur-PK`. English is always listened for: an emergency outweighs a setting.
 */
export function hearSafety(text: string, languages: readonly string[]): Alarm | undefined {
  const sentences = spoken(text);
  const known = [...languages.map((tag) => tag.toLowerCase().split(/[-_]/)[0] ?? ''), 'en'];
  const offered = [...new Set(known)].filter((language): language is Language => BELLS.has(language));
  for (const kind of GRAVEST_FIRST) {
    for (const language of offered) {
      const words = ringing(sentences, kind, language);
      if (words !== undefined) return { kind, language, words };
    }
  }
  return undefined;
}

function ringing(sentences: readonly string[], kind: AlarmKind, language: Language): string | undefined {
  for (const bell of BELLS.get(language) ?? []) {
    if (bell.kind !== kind) continue;
    for (const words of sentences) {
      for (const { start, end, said } of phrasesIn(words, bell.pattern)) {
        const before = words.slice(words.indexOf(' ', Math.max(0, start - REACH)), start);
        const after = words.slice(end, words.lastIndexOf(' ', end + REACH) + 1);
        if (!bell.silencedBy({ said, before, after })) return said;
      }
    }
  }
  return undefined;
}

/** The sentences of a text as words. Somebody short of breath halts: "My chest. It hurts." is one sentence. */
function spoken(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  // "No, chest pain!" denies nothing.
  for (const sentence of sentencesOf(text.replace(/\b(?:no|nope|nahin?)\s*[,;:،!-]/gi, ' '))) {
    const words = plainWords(sentence);
    if (/\?$/.test(open) && /^ (?:no|nope|not|nahi) /.test(words)) {
      open = '';
      continue;
    }
    const halting = open !== '' && !/[?؟]$/.test(open) && words.length > 2 && isFragment(open);
    if (open !== '' && !halting) sentences.push(plainWords(open));
    open = halting ? `${open} ${sentence}` : sentence;
  }
  if (open !== '') sentences.push(plainWords(open));
  return sentences;
}

function isFragment(sentence: string): boolean {
  if (sentence.length > 40) return false;
  const words = plainWords(sentence).trim().split(' ');
  return (
    words.length <= 3 &&
    !/^(?:no|nope|not|yes|yeah|yep|si|hello|hi|hola|ji|haan|nahi|nahin|never|none|nothing)$/.test(
      words[0] ?? '',
    )
  );
}
