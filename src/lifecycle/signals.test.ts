import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { guardSignals } from './signals.ts';

function makeGuard() {
  const source = new EventEmitter();
  const heard: string[] = [];
  const { log, lines } = collectLog();
  const guard = guardSignals(source, log);
  const handlers = {
    drain: (signal: string) => void heard.push(`drain ${signal}`),
    force: (signal: string) => void heard.push(`force ${signal}`),
    moved: (signal: string) => void heard.push(`moved ${signal}`),
  };
  return { source, guard, handlers, heard, lines };
}

test('the first signal drains, every further one forces', () => {
  const { source, guard, handlers, heard, lines } = makeGuard();
  guard.handle(handlers);
  source.emit('SIGTERM');
  source.emit('SIGINT');
  source.emit('SIGTERM');
  expect(heard).toEqual(['drain SIGTERM', 'force SIGINT', 'force SIGTERM']);
  expect(lines).toMatchObject([
    { message: 'signal received', signal: 'SIGTERM', count: 1 },
    { signal: 'SIGINT', count: 2 },
    { signal: 'SIGTERM', count: 3 },
  ]);
});

test('signals that came before anybody could act are delivered as soon as somebody can', () => {
  const { source, guard, handlers, heard } = makeGuard();
  source.emit('SIGINT');
  guard.handle(handlers);
  expect(heard).toEqual(['drain SIGINT']);
  source.emit('SIGINT');
  expect(heard).toEqual(['drain SIGINT', 'force SIGINT']);
});

test('a move of the machine ends nothing, also when nobody can act on it yet', () => {
  const { source, guard, handlers, heard } = makeGuard();
  source.emit('SIGTSTP');
  guard.handle(handlers);
  source.emit('SIGCONT');
  source.emit('SIGTERM');
  expect(heard).toEqual(['moved SIGCONT', 'drain SIGTERM']);
  guard.dispose();
  expect(source.eventNames()).toEqual([]);
});

test('two signals during start-up drain and force', () => {
  const { source, guard, handlers, heard } = makeGuard();
  source.emit('SIGTERM');
  source.emit('SIGTERM');
  guard.handle(handlers);
  expect(heard).toEqual(['drain SIGTERM', 'force SIGTERM']);
});

test('afterwards nobody listens any more', () => {
  const { source, guard, handlers, heard } = makeGuard();
  guard.handle(handlers);
  guard.dispose();
  expect(source.eventNames()).toEqual([]);
  source.emit('SIGTERM');
  expect(heard).toEqual([]);
});

test('the process itself is left as it was found', () => {
  const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
  const before = count();
  const guard = guardSignals();
  expect(count()).toBe(before + 2);
  guard.dispose();
  expect(count()).toBe(before);
});
