import { describe, expect, test } from 'vitest';
import { findClaims } from './claims.ts';
import { CALL_SENTENCES, NOT_DONE_SENTENCES, type Sentence } from './fixed-sentences.ts';
import { TOOL_SENTENCES } from './fixed-tool-sentences.ts';
import { CALL_LANGUAGES } from './languages.ts';
import { FILLER_TEXTS, greetingText, inLanguage, ownWords, preparedTexts } from './sentences.ts';

const ALL = Object.entries<Sentence>({ ...CALL_SENTENCES, ...NOT_DONE_SENTENCES, ...TOOL_SENTENCES });
const kinds = (text: string) => findClaims(text).map(({ claim }) => claim);

describe('each of our own sentences', () => {
  test.each(ALL)('%s claims the same in every language', (_, { en, es, ur }) => {
    expect([kinds(es), kinds(ur)]).toEqual([kinds(en), kinds(en)]);
  });

  test.each(ALL)('%s has the same holes in every language, and stands in its own letters', (_, sentence) => {
    const holes = CALL_LANGUAGES.map((language) => sentence[language].match(/\{\w+\}/g)?.sort() ?? []);
    expect(holes).toEqual([holes[0], holes[0], holes[0]]);
    const words = (text: string) => text.replace(/\{\w+\}/g, '');
    expect(words(sentence.ur)).not.toMatch(/[a-z]/i);
    expect(words(sentence.es)).not.toBe(words(sentence.en));
    expect(sentence.ur).not.toMatch(/[.?]$/);
  });

  test('is said in the language of the call, also as one of several and with a name in it', () => {
    expect(inLanguage(FILLER_TEXTS[0], 'es-MX')).toBe('Un momento, por favor.');
    expect(inLanguage(FILLER_TEXTS[0], 'ur')).toBe('ایک لمحہ، براہ کرم۔');
    expect(inLanguage('Thank you for calling St. Invented (Dental). Goodbye.', 'es')).toBe(
      'Gracias por llamar a St. Invented (Dental). Adiós.',
    );
    const both = `${TOOL_SENTENCES.messageLeft.en} ${TOOL_SENTENCES.anythingElse.en}`;
    expect(inLanguage(both, 'es')).toBe(
      'He dejado su mensaje en nuestra recepción. ¿Puedo ayudarle en algo más?',
    );
  });

  test('stays as it is in English, in a language that no call can be in, and with other words around it', () => {
    for (const language of ['en', 'en-GB', 'fr', ''])
      expect(inLanguage('One moment, please.', language)).toBe('One moment, please.');
    expect(ownWords('One moment, please. On Tuesday at 10.', 'es')).toBeUndefined();
    expect(inLanguage('Un momento, por favor.', 'es')).toBe('Un momento, por favor.');
  });
});

test('a clinic is greeted for in its own language, and prepared for in those that it offers', () => {
  const clinic = { name: 'Dental Inventada', greeting: null, language: 'es-MX' };
  expect(greetingText(clinic)).toBe('Dental Inventada, buen día. ¿En qué puedo ayudarle?');
  expect(greetingText({ ...clinic, greeting: 'Bueno, dígame.' })).toBe('Bueno, dígame.');
  expect(preparedTexts('ur')).toContain(CALL_SENTENCES.cutOff.ur);
  expect(preparedTexts('ur')).toHaveLength(preparedTexts('en').length);
});

test('a text of any length is looked through in no time', () => {
  const startedMs = performance.now();
  expect(ownWords(`Thank you for calling ${'a'.repeat(50_000)}`, 'es')).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
