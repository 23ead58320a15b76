import { expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { Releasers } from './releasers.ts';

test('what was acquired last is released first, one after the other', async () => {
  const released: string[] = [];
  const releasers = new Releasers();
  releasers.push('database', () => void released.push('database'));
  releasers.push('server', async () => {
    released.push('server begins');
    await new Promise((resolve) => setImmediate(resolve));
    released.push('server ends');
  });
  await releasers.release();
  expect(released).toEqual(['server begins', 'server ends', 'database']);
});

test('one that fails does not keep the others from it, and every failure is told', async () => {
  const { log, lines } = collectLog();
  const released: string[] = [];
  const releasers = new Releasers();
  releasers.push('first', () => void released.push('first'));
  releasers.push('second', () => {
    throw new Error('two');
  });
  releasers.push('third', () => Promise.reject(new Error('three')));
  const failure: unknown = await releasers.release(log).catch((error: unknown) => error);
  expect(released).toEqual(['first']);
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toMatchObject([{ message: 'three' }, { message: 'two' }]);
  expect(lines).toMatchObject([
    { severity: 'WARNING', resource: 'third', error: { message: 'three' } },
    { severity: 'WARNING', resource: 'second' },
    { severity: 'DEBUG', resource: 'first', message: 'released' },
  ]);
});

test('asked twice, it releases once and both wait for it', async () => {
  let count = 0;
  const releasers = new Releasers();
  releasers.push('server', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    count += 1;
  });
  await Promise.all([releasers.release(), releasers.release()]);
  expect(count).toBe(1);
});

test('`await using` releases too', async () => {
  const released: string[] = [];
  const releasers = new Releasers();
  releasers.push('server', () => void released.push('server'));
  await releasers[Symbol.asyncDispose]();
  expect(released).toEqual(['server']);
});
