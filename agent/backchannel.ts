import { sentencesOf, plainWords } from '../src/clinic/plain-words.ts';

/** Sounds of somebody who listens, in the languages we speak. */
const HUMS =
  /^(?: ?(?:uh|huh|uhhuh|mm|mmm|hm|hmm|mhm|mmhmm|mmhm|mhmm|um|umm|ah|aha|ahh|oh|ooh|er|aja|ji|achha|acha|hmmm))+ $/;
/** Words that are an answer only where something was asked. */
const ASSENTS =
  /^(?: ?(?:yes|yeah|yep|ok|okay|right|alright|sure|i see|got it|go on|good|great|fine|si|vale|claro|haan|han|theek|theek hai))+ $/;

/** True for what somebody says who only listens, or agrees. */
export function isBackchannel(heard: string): boolean {
  const words = plainWords(heard);
  return HUMS.test(words) || ASSENTS.test(words);
}

/**
 * What the agent still has to say after somebody who only listens has made a sound into it: from the beginning of the sentence that was cut.
 * Undefined where the caller has said something, or nothing is left: then it is a turn like any other.
 *
 * @param heard The caller's words.
 * @param whole What the agent was saying.
 * @param said What of it was heard before it stopped.
 */
export function restAfter(heard: string, whole: string, said: string): string | undefined {
  if (!isBackchannel(heard)) return undefined;
  const hums = HUMS.test(plainWords(heard));
  const saidWords = plainWords(said).trim();
  if (saidWords === '' || !plainWords(whole).trim().startsWith(saidWords)) return undefined;
  const sentences = sentencesOf(whole);
  let before = '';
  for (const [index, sentence] of sentences.entries()) {
    const upTo = plainWords(`${before} ${sentence}`).trim();
    if (upTo.length <= saidWords.length) {
      before = `${before} ${sentence}`;
      continue;
    }
    // A yes into the question itself answers it.
    const begun = plainWords(before).trim().length < saidWords.length;
    if (!hums && begun && /[?؟]$/.test(sentence)) return undefined;
    const rest = sentences.slice(index).join(' ');
    return !hums && !/[?؟]/.test(rest) ? undefined : rest;
  }
  return undefined;
}
