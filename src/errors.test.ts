import { expect, test } from 'vitest';
import { docsTable } from '../test/support/docs-table.ts';
import { ERRORS, type ErrorCode, ExitCode, OpenhoursError, isOpenhoursError } from './errors.ts';

test('docs/errors.md lists the codes of the source, with what they mean', () => {
  const documented = docsTable('errors.md', '# Errors').map(([code, status, retryable, exit, , remedy]) => [
    code,
    { status: Number(status), retryable: retryable === 'yes', exit: Number(exit), remedy },
  ]);
  expect(documented).toEqual(Object.entries(ERRORS));
});

test('every code says on its page when it comes', () => {
  for (const [code, , , , when] of docsTable('errors.md', '# Errors'))
    expect(when, code).toMatch(/^[A-Z].+\.$/);
});

test('docs/configuration.md lists the exit codes', () => {
  const documented = docsTable('configuration.md', '## Exit codes').map(([code]) => Number(code));
  expect(documented).toEqual(Object.values(ExitCode));
});

test('an error carries its code, its kind, its cause and fields for the log', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new OpenhoursError('SERVICE_UNREACHABLE', 'no answer', { cause, details: { attempt: 6 } });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'OpenhoursError',
    message: 'no answer',
    details: { attempt: 6 },
    cause,
  });
  expect(error.kind).toBe(ERRORS.SERVICE_UNREACHABLE);
  expect(new OpenhoursError('CALL_FAILED', 'x')).not.toHaveProperty('cause');
});

test.each<[unknown, ErrorCode | undefined, boolean]>([
  [new OpenhoursError('SLOT_TAKEN', 'x'), undefined, true],
  [new OpenhoursError('SLOT_TAKEN', 'x'), 'SLOT_TAKEN', true],
  [new OpenhoursError('SLOT_TAKEN', 'x'), 'SLOT_INVALID', false],
  [new Error('x'), undefined, false],
  ['SLOT_TAKEN', 'SLOT_TAKEN', false],
  [undefined, undefined, false],
])('it is told apart from others: %s as %s is %s', (error, code, expected) => {
  expect(isOpenhoursError(error, code)).toBe(expected);
});
