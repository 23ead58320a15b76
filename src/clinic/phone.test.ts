import { describe, expect, test } from 'vitest';
import { toE164, toNational } from './phone.ts';

describe('a number is read as people write it, in the clinic’s country', () => {
  test.each([
    ['0300 5550101', 'PK', '+923005550101'],
    ['+92 300 555 0101', 'DE', '+923005550101'],
    ['0092 300 5550101', 'PK', '+923005550101'],
    ['(021) 3555-0100', 'PK', '+922135550100'],
    ['030 1234567', 'DE', '+49301234567'],
    ['(212) 555-0123', 'US', '+12125550123'],
    ['my number is 0300 5550101', 'PK', '+923005550101'],
  ])('%s in %s', (input, country, expected) => expect(toE164(input, country)).toBe(expected));
});

test.each([
  undefined,
  '',
  '   ',
  'none',
  '12',
  'anonymous',
  '<script>',
  '0300 555'.repeat(2_000),
  '9'.repeat(41),
])('what cannot be a number is none: %s', (input) => expect(toE164(input, 'PK')).toBeUndefined());

test('a country that does not exist reads international numbers all the same', () => {
  expect(toE164('+923005550101', 'XX')).toBe('+923005550101');
  expect(toE164('0300 5550101', 'XX')).toBeUndefined();
});

test('for reading back, a number is written as in its country', () => {
  expect(toNational('+923005550101')).toBe('0300 5550101');
  expect(toNational('withheld')).toBe('withheld');
});
