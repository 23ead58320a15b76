/** Recognised speech as comparable words: normalising, and how alike two of them sound. */

/** Longest utterance that is looked at, in words; a caller's turn is far below it. */
const MAX_TOKENS = 160;

/** Lower case, accents and punctuation gone; `10:30`, `24th`, `am` and `oclock` are kept as single words. */
export function tokens(text: string): string[] {
  return text
    .slice(0, 4_000)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\b(to|good)-(day|morrow|night|bye)\b/g, '$1$2')
    .replace(/\b([ap])\.\s?m\b\.?/g, '$1m')
    .replace(/(\d)\s?([ap]m)\b/g, '$1 $2')
    .replace(/\b(\d{1,2})[.:](\d{2})\b/g, '$1:$2')
    .replace(/['’`]/g, '')
    .replace(/[^\p{L}\p{N}:]+/gu, ' ')
    .replace(/(?<!\d):|:(?!\d)/g, ' ')
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, MAX_TOKENS);
}

/** Edits (insert, delete, replace) that make one string the other. */
export function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}

/** Consonants in classes that recognisers confuse (b/p, d/t, c/g/k, f/v, s/z, m/n), vowels dropped after the first sound. */
export function soundKey(word: string): string {
  const folded = word
    .replace(/ph/g, 'f')
    .replace(/ght|gh/g, 't')
    .replace(/[ct]h|sh|[jx]/g, 's')
    .replace(/ck|[cqg]/g, 'k')
    .replace(/[bp]/g, 'p')
    .replace(/[dt]/g, 't')
    .replace(/[vf]/g, 'f')
    .replace(/z/g, 's')
    .replace(/m/g, 'n');
  return folded.slice(0, 1).replace(/[aeiouyhw]/, 'a') + folded.slice(1).replace(/[aeiouyhw ]/g, '');
}

/** Pairs that are remembered: every request replays its conversation, so the same words meet again and again. */
const MAX_KNOWN = 50_000;
const known = new Map<string, number>();

/** How alike two strings sound, 0 to 1: spelling, or the sound key at a discount. */
export function alike(a: string, b: string): number {
  if (a === b) return 1;
  const pair = `${a} ${b}`;
  const before = known.get(pair);
  if (before !== undefined) return before;
  const likeness = compare(a, b);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(pair, likeness);
  return likeness;
}

function compare(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0 || Math.abs(a.length - b.length) > longest / 2) return 0;
  const spelled = 1 - editDistance(a, b) / longest;
  const [keyA, keyB] = [soundKey(a), soundKey(b)];
  const keys = Math.max(keyA.length, keyB.length);
  // keys of two sounds say something only when they are the same: "tan" and "ten"
  const telling = keys >= 3 || (keys === 2 && keyA === keyB && Math.min(a.length, b.length) >= 3);
  const heard = telling ? 1 - editDistance(keyA, keyB) / keys : 0;
  return Math.max(spelled, heard === 1 ? 0.6 * spelled + 0.38 : 0.7 * spelled + 0.25 * heard);
}

/** The best likeness of a phrase to any run of words of about its length: recognisers split and join words ("chuck up", "checkup"). */
export function phraseLikeness(words: readonly string[], phrase: readonly string[]): number {
  const target = phrase.join('');
  let best = 0;
  for (let size = Math.max(1, phrase.length - 1); size <= phrase.length + 1; size++) {
    for (let at = 0; at + size <= words.length; at++) {
      best = Math.max(best, alike(words.slice(at, at + size).join(''), target));
      if (best === 1) return 1;
    }
  }
  return best;
}

/** A word without its usual ending, so that "cleaned" and "cleaning" meet. */
export function stem(word: string): string {
  const cut = word.replace(/(ings?|ed|es|s)$/, '');
  return cut.length >= 3 ? cut : word;
}

/** True when one of the words is, or sounds much like, the wanted one. */
export function hasWord(words: readonly string[], wanted: string, least = 0.8): boolean {
  return words.some((word) => alike(word, wanted) >= least);
}

/** `Omar Test` from `omar test`. */
export function titleCase(words: readonly string[]): string {
  return words.map((word) => word.replace(/(^|[-'’])\p{L}/gu, (start) => start.toUpperCase())).join(' ');
}
