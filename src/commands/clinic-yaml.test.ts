import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLINIC_FILE } from '../config/desk-defaults.ts';
import { parseYaml, writeYaml } from './clinic-yaml.ts';

const failureOf = (text: string): unknown => {
  try {
    parseYaml(text);
    return undefined;
  } catch (error) {
    return error;
  }
};

test('times, days and the country NO are texts, and numbers without quotes are numbers', () => {
  const text = 'hours: { monday: 09:00-17:00 }\ndate: 2026-12-24\ncountry: NO\nnumber: +922135550100\n';
  expect(parseYaml(text).value).toEqual({
    hours: { monday: '09:00-17:00' },
    date: '2026-12-24',
    country: 'NO',
    number: 922135550100,
  });
});

test('every value has its line, and what is missing has that of what it is missing from', () => {
  const { lineOf } = parseYaml('# A comment\nslug: x\nservices:\n  - slug: a\n  - slug: b\n    name: B\n');
  expect(lineOf(['slug'])).toBe(2);
  expect(lineOf(['services', 1, 'name'])).toBe(6);
  expect(lineOf(['services', 1, 'duration_minutes'])).toBe(5);
  expect(lineOf(['name'])).toBeUndefined();
  expect(lineOf([])).toBeUndefined();
});

test.each([
  ['a key that is there twice', 'slug: a\nname: b\nslug: c\n', 'line 3'],
  ['a line that is indented wrongly', 'slug: a\n  name: b\n', 'line 1'],
  ['a quote that is not closed', 'slug: "a\n', 'line 2'],
  ['a type that is not of YAML', 'slug: !!js/function "x"\n', 'line 1'],
])('%s is named with its line', (_, text, line) => {
  const failure = failureOf(text);
  expect(failure).toMatchObject({ code: 'CLINIC_FILE_INVALID' });
  expect(String(failure)).toContain(`${line}: the file is not YAML here`);
});

test('a small file that would fill the memory is refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 0; level < 9; level += 1) {
    const [next, last] = [String.fromCharCode(98 + level), String.fromCharCode(97 + level)];
    bomb.push(`${next}: &${next} [${Array<string>(9).fill(`*${last}`).join(', ')}]`);
  }
  expect(failureOf(bomb.join('\n'))).toMatchObject({ code: 'CLINIC_FILE_INVALID' });
});

test('a file that is far too long is not read', () => {
  const failure = failureOf(`# ${'x'.repeat(CLINIC_FILE.longestBytes)}`);
  expect(String(failure)).toContain('the file is longer than 512 kB');
});

test('whatever is written is read back as it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('no', '+92', '09:00', '1e3', '~', '- x', 'a: b'),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.oneof(text, fc.array(text))),
      (value) => {
        expect(parseYaml(writeYaml(value)).value).toEqual({ ...value });
      },
    ),
    { numRuns: 100 },
  );
});
