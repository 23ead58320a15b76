import { weekdayOf } from './dates.ts';
import { respell } from './spelling.ts';
import { titleCase } from './words.ts';

/** Words that end a name, or show that what follows "this is" or "I'm" is none. */
const NOT_NAMES = new Set(
  (
    'a about actually afternoon again all also am an and any anything appointment are as at available book booking bye call calling can cannot ' +
    'check checkup cleaning correct could day did different do does doctor dr earlier else evening every fine first for free friday from get give go going good ' +
    'goodbye great had half have having he hello help here hey hi hold how i id if ill im in interested is it its ive just last later let like looking make ' +
    'may maybe me mine moment monday morning my name need new next no none nope not nothing now number of oclock ok okay on one or other please phone ' +
    'one two three four five six seven eight nine ten eleven twelve thirty past passed quarter she they him her ' +
    'question really repeat right running saturday say second see should sick so some something soon sorry speaking still sunday sure thank thanks that thats ' +
    'the then there they third this thursday time to today tomorrow trying tuesday uh um unsure very wait want was we wednesday week well were what whats ' +
    'when where which who why will with wondering would wrong yeah yep yes you your ' +
    'born birth birthday date dob spelled spelt spelling new patient patients registered both also too has hasnt needs wants got had was says said ' +
    'son daughter child children kid kids wife husband mother father mom mum dad baby boy girl myself himself herself someone somebody anyone anybody ' +
    'told recommended goes went wanted asked comes came lives works gets chose started keeps really can could might does woke ate bit ' +
    'fell hurts hurt hurting broke broken lost chipped cracked bleeding tooth teeth toothache pain crying though because since until before after'
  ).split(' '),
);
const FILLERS =
  /^(yes|yeah|yep|sure|ok|okay|of course|certainly|well|um+|uh+|er+|so|oh|no|sorry|hi|hello|its|it is|thats|that is|that would be|thatd be|the|im|i am|my|and a|and|an|a)\b\s*/;
const CLOSERS = /\s*\b(please|thanks|thank you|speaking|here|sir|madam|maam)$/;
/** "my name is", "this is", and what recognisers make of them. */
const CERTAIN =
  /\b(?:(?:my|the|by|mine|full|first) (?:name|names|nam|nime|aim)|name|names)(?: (?:is|as|was|its|iz|s))?\b|\b(?:under the name(?: of)?|call me)\b/;
const LIKELY = /\b(?:this is|i am|im|it is|its|thats)\b/;

/** "for my son Omar", "my daughter's name is Ayesha". */
const KIN =
  /\b(?:my|our) (?:(?:other|older|younger|elder|little|first|second|oldest|youngest|eldest|new) )?(?:son|daughter|child|kid|husband|wife|mother|father|mom|mum|dad|baby|boy|girl|brother|sister|partner|grandson|granddaughter)(?: (?:called|named|is called|is named|is|whose name is|and (?:his|her) name is))?\b/;

/** Most words of a name. */
const MOST_NAMES = 4;

/** Where a name may come from: `asked` when the caller was just asked for it, `read` when details were just read back. */
export type NameContext = 'asked' | 'read' | 'free';

/** The caller's name in title case, when one was surely said; spelled letters put it right ("Khan, K, H, A, N"). */
export function findName(text: string, context: NameContext): string | undefined {
  const flat = flatten(text);
  const certain = CERTAIN.exec(flat);
  if (certain) return nameFrom(flat.slice(certain.index + certain[0].length), false, true);
  const kin = KIN.exec(flat);
  const theirs = kin ? nameFrom(flat.slice(kin.index + kin[0].length)) : undefined;
  if (theirs !== undefined) return theirs;
  const likely = LIKELY.exec(flat);
  if (likely) {
    const weak = /^(it is|its|thats)$/.test(likely[0]);
    const name =
      !weak || context !== 'free' ? nameFrom(flat.slice(likely.index + likely[0].length)) : undefined;
    if (name !== undefined && (context !== 'free' || name.length >= 3)) return name;
  }
  if (context !== 'asked') return undefined;
  const answer = withoutFillers(flat.replace(/ \. /g, ' '));
  const words = answer.split(' ').filter((word) => word !== '');
  const plain = words.filter((word) => word.length > 1);
  return plain.length <= 4 ? nameFrom(answer, true) : undefined;
}

/** The name that a text ends with: "cancel my appointment, Sara Khan"; two words at least. */
export function nameAtEnd(text: string): string | undefined {
  const words = flatten(text)
    .replace(/[ .]+$/, '')
    .split(/\s+/);
  const start = words.findLastIndex((word) => word === '.' || word.length < 2 || stopsName(word)) + 1;
  const name = words.slice(Math.max(start, words.length - MOST_NAMES));
  return name.length >= 2 && words.length - start <= MOST_NAMES ? titleCase(name) : undefined;
}

/** True when the words themselves say that a name follows: "my name is", "my son Omar". */
export function isNamed(text: string): boolean {
  const flat = flatten(text);
  return CERTAIN.test(flat) || KIN.test(flat);
}

/** Letters, apostrophes and hyphens; sentence ends stay as a lone full stop, which ends a name. */
function flatten(text: string): string {
  return text
    .slice(0, 600)
    .replace(/’/g, "'")
    .replace(/\b(dr|mr|mrs|ms)\./gi, '$1')
    .replace(/\b(\p{L}{2,})'s\b(?=\s+\p{L})/gu, '$1 is')
    .replace(/\b(i|it|that|name|names)'(m|s|d|ll|ve)\b/gi, '$1$2')
    .replace(/\b(\p{L})\.(?=\s*\p{L}\b)/gu, '$1 ')
    .toLowerCase()
    .replace(/(?<=\b\p{L})-(?=\p{L}\b)/gu, ' ')
    .replace(/[.?!;]+/g, ' . ')
    .replace(/[^\p{L}\p{M}'.-]+/gu, ' ')
    .trim();
}

function withoutFillers(text: string): string {
  let answer = text.replace(/[.]/g, ' ').trim();
  for (let before = ''; before !== answer;) {
    before = answer;
    answer = answer.replace(FILLERS, '').replace(CLOSERS, '').trim();
  }
  return answer;
}

function nameFrom(text: string, whole = false, sure = false): string | undefined {
  const words: string[] = [];
  let letters: string[] = [];
  const spelled: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const bare = word.replace(/^['-]+|['-]+$/g, '');
    if (/^\p{L}$/u.test(bare) && bare !== 'i' && bare !== 'a') {
      letters.push(bare);
      continue;
    }
    if (/^[ia]$/.test(bare) && letters.length > 0) {
      letters.push(bare);
      continue;
    }
    if (letters.length >= 3) spelled.push(letters.join(''));
    letters = [];
    const given = sure && words.length === 0 && /^(may|will)$/.test(bare);
    if (!given && spelled.length === 0 && (word === '.' || stopsName(bare))) {
      if (whole) return undefined;
      if (/^(that|thats)$/.test(bare) || word === '.') continue;
      break;
    }
    if (spelled.length === 0 && words.length < 4) words.push(bare);
  }
  if (letters.length >= 3) spelled.push(letters.join(''));
  const named = spelled.reduce(respell, words).filter((word) => word.length > 1);
  return named.length === 0 ? undefined : titleCase(named);
}

function stopsName(word: string): boolean {
  const joined = word.replace(/['-]/g, '');
  const parts = word.split('-').every((part) => NOT_NAMES.has(part));
  return parts || NOT_NAMES.has(joined) || weekdayOf(word) !== undefined || word.length > 24;
}
