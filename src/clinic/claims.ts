import { SPANISH_CLAIMS, URDU_CLAIMS } from './claim-words-other.ts';
import { type ClaimKind, type ClaimPhrases, ENGLISH_CLAIMS } from './claim-words.ts';
import { phrasePattern, phraseSource, phrasesIn, plainWords, sentencesOf } from './plain-words.ts';

export type { ClaimKind } from './claim-words.ts';

/** Something that the agent says to have done, to be doing, or to have somebody do. */
export interface Claim {
  readonly claim: ClaimKind;
  /** The sentence that claims it, as it was written. */
  readonly said: string;
}

/** A claim's phrases as patterns. */
interface Sign {
  readonly claim: ClaimKind;
  readonly promise: boolean;
  readonly pattern: RegExp;
}

/** Part of a sentence between commas. */
interface Clause {
  readonly words: string;
  /** It asks, or belongs to a question. */
  readonly asked: boolean;
  /** An earlier clause, or one behind it, makes it depend on something. */
  readonly conditional: boolean;
}

const LANGUAGES: readonly Readonly<Record<ClaimKind, ClaimPhrases>>[] = [
  ENGLISH_CLAIMS,
  SPANISH_CLAIMS,
  URDU_CLAIMS,
];
const SIGNS: readonly Sign[] = LANGUAGES.flatMap((language) =>
  Object.entries(language).flatMap(([claim, { done, promised = [] }]) => [
    ...signs(claim as ClaimKind, false, done),
    ...signs(claim as ClaimKind, true, promised),
  ]),
);

function signs(claim: ClaimKind, promise: boolean, phrases: readonly string[]): Sign[] {
  return phrases.length === 0 ? [] : [{ claim, promise, pattern: phrasePattern(phrases, 'kept') }];
}

/** Characters on either side of a phrase that can deny it; a recogniser's or a model's clause is shorter. */
const REACH = 240;
const OPENS_QUESTION =
  /^ (?:(?:and|so|but|or|great|okay|ok|then|also|y|o|pero|aur|to) )*(?:is|are|am|was|were|do|does|did|have|has|had|shall|should|can|could|may|might|would|will|isnt|arent|dont|doesnt|didnt|havent|hasnt|wont|wouldnt|cant|couldnt|what|which|when|where|who|how|why|qué|cuál|cuándo|quién|cómo|dónde|quiere|desea|puede|puedo|kya|کیا) /;
/** What people hang on a statement to have it confirmed. */
const TAG =
  /^ (?:(?:okay|ok|right|alright|all right|yes|yeah|correct|you know|and|si|sí|verdad|vale|de acuerdo|theek hai|theek) )+$/;
/** "Once again, you're booked" depends on nothing. */
const CONDITION = new RegExp(
  `(?<= )(?:if|once(?! (?:again|more))|unless|when|whenever|until|till|as soon as|as long as|provided|in case|should you|suppose|assuming|si|cuando|una vez que|en cuanto|hasta que|a menos que|agar|jab|jab tak|jaise hi|${phraseSource(['اگر|جب'], 'kept')})(?= )`,
);
/** What follows in the same clause is asked, wished, reported or only possible. */
const UNREAL = new RegExp(
  `(?<= )(?:whether|after|before|so that|to see|make sure|(?:said|says)|you (?:say|told|mentioned|asked|think|thought|believe|wanted|want|mean)|supposed|pretend|imagine|would|could|might|may|shall|should|want me to|like me to|antes de|después de|para que|quiere que|desea que)(?= )`,
);
const DENIED = new RegExp(
  `(?<= )(?:no|not|never|nothing|nobody|none|cant|couldnt|wasnt|isnt|arent|havent|hasnt|hadnt|dont|didnt|doesnt|wont|unable|failed|almost|nearly|neither|nunca|tampoco|nadie|nahi|nahin|nahin|${phraseSource(['نہیں'], 'kept')})(?= )`,
);
const NO_DENIAL =
  /(?<= )(?:no (?:problem|worries|trouble|need to worry|hay problema|se preocupe)|not a problem|not at all|not to worry|dont worry|never mind|why not)(?= )/g;
/** "I am connecting you did not work", "book ho gayi nahi". */
const FAILED_AFTER = new RegExp(
  `^ (?:\\S+ )?(?:didnt work|failed|wasnt possible|isnt possible|nahi|nahin|${phraseSource(['نہیں'], 'kept')}) `,
);
/** Promises that the caller has yet to accept, or that wait for a free time: those are the waiting list's. */
const OFFERED_ONLY =
  / (?:if you|if youd|si (?:quiere|usted|lo desea)|agar aap|before (?:the|your) appointment|to remind|a reminder) /;
const WHEN_FREE =
  / (?:if|when|as soon as|should) (?:\S+ ){1,6}(?:free|frees|freed|open|opens|opened|available|slot|spot|cancels|cancellation) /;
/** Who else can be booked: a dentist's diary, a time of another patient. */
const DIARY =
  /(?<= )(?:dr|doctor|dentist|time|slot|week|day|morning|afternoon|evening|we|were|fully|completely|he|she|who|that) (?:\S+ ){0,3}$/;
const OF_A_DIARY = /^\S+ (?:is|are) /;

/**
 * What a text of the agent claims: one entry for each claim of each sentence, in order. Questions, refusals, conditions and plans claim
 * nothing; a promise to call back or to pass something on does, for somebody has to keep it. English is read closely, Spanish and Urdu in their
 * basic forms. Takes time in proportion to the text, and never throws.
 */
export function findClaims(text: string): Claim[] {
  return sentencesOf(text).flatMap((said) => claimsOf(said).map((claim) => ({ claim, said })));
}

function claimsOf(sentence: string): ClaimKind[] {
  const found = new Set<ClaimKind>();
  for (const clause of clausesOf(sentence)) {
    if (clause.asked) continue;
    for (const sign of SIGNS) {
      if (!found.has(sign.claim) && isClaimed(clause, sign)) found.add(sign.claim);
    }
  }
  // To be called when something is free is what the waiting list is.
  if (found.has('waiting_list') && WHEN_FREE.test(plainWords(sentence, 'kept'))) found.delete('callback');
  return [...found];
}

function isClaimed(clause: Clause, { claim, promise, pattern }: Sign): boolean {
  if (clause.conditional && !promise) return false;
  for (const { start, end, said } of phrasesIn(clause.words, pattern)) {
    const before = lastPart(clause.words.slice(Math.max(0, start - REACH), start));
    const after = clause.words.slice(end, end + REACH);
    // "I did not get that, and you're booked": the denial is of something else.
    const denied = DENIED.test(before) && !/ (?:and|so|y|aur) $/.test(before);
    if (denied || CONDITION.test(before) || UNREAL.test(before) || FAILED_AFTER.test(after)) continue;
    if (promise && OFFERED_ONLY.test(`${said}${after}`)) continue;
    if (claim === 'booked' && OF_A_DIARY.test(said) && DIARY.test(`${before}${said.split(' ')[0] ?? ''} `))
      continue;
    return true;
  }
  return false;
}

/** What stands before a phrase, from the last "but" on, without the noes that deny nothing. */
function lastPart(before: string): string {
  return before.replace(/^.* (?:but|however|although|pero|lekin|magar|sino) /, ' ').replace(NO_DENIAL, ' ');
}

function clausesOf(sentence: string): Clause[] {
  const asks = /[?؟]["'”’)]?$/.test(sentence);
  const parts = sentence
    .split(/[,;:،؛—–]|\s-\s|(?=¿)/)
    .map((part) => ({ words: plainWords(part, 'kept'), marked: part.trimStart().startsWith('¿') }))
    .filter(({ words }) => words.trim() !== '');
  const isTag = asks && parts.length > 1 && TAG.test(parts.at(-1)?.words ?? '');
  let asked = false;
  let conditional = false;
  return parts.map(({ words, marked }, index) => {
    asked ||= asks && (marked || OPENS_QUESTION.test(words));
    const clause = { words, asked: asked || (asks && !isTag && index === parts.length - 1), conditional };
    conditional ||= CONDITION.test(words) && parts.length > 1 && !/^ s[ií] $/.test(words);
    return clause;
  });
}
