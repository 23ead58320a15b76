import { describe, expect, test } from 'vitest';
import { translate } from './glossary.ts';

describe('a turn in another language', () => {
  test.each([
    [
      'Hola, quisiera una cita el martes por la tarde',
      'es',
      'hello i want an appointment tuesday in the afternoon',
    ],
    ['mujhe mangal ko safai ki appointment chahiye', 'ur', 'i tuesday cleaning appointment want'],
    ['مجھے منگل کو صفائی کی اپائنٹمنٹ چاہیے', 'ur', 'i tuesday cleaning appointment want'],
  ])('"%s" is heard as %s', (said, language, text) => {
    expect(translate(said, 'en')).toEqual({ language, text });
  });

  test.each([
    'the check-up',
    'yes please',
    'I want to book a check up in January',
    'do you have one on May the third',
    'he has a message',
    'Sara Khan',
    '',
  ])('"%s" is English', (said) => {
    expect(translate(said, 'en')).toBeUndefined();
  });

  test('short words count once that language is spoken', () => {
    expect(translate('sí', 'es')?.text).toBe('yes');
    expect(translate('a las diez', 'es')?.text).toBe('at ten');
    expect(translate('yes please', 'es')).toBeUndefined();
  });
});
