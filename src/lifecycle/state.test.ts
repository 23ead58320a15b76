import { describe, expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { ShiftLifecycle, type ShiftState } from './state.ts';

const STATES: ShiftState[] = ['starting', 'standby', 'open', 'draining', 'closed', 'failed'];
/** A way to each state. */
const WAYS: Record<ShiftState, ShiftState[]> = {
  starting: [],
  standby: ['standby'],
  open: ['open'],
  draining: ['open', 'draining'],
  closed: ['draining', 'closed'],
  failed: ['failed'],
};
const LEGAL = new Set([
  'starting standby',
  'starting open',
  'starting draining',
  'starting closed',
  'starting failed',
  'standby open',
  'standby draining',
  'standby closed',
  'standby failed',
  'open draining',
  'open failed',
  'draining closed',
  'draining failed',
]);

function shiftIn(state: ShiftState) {
  const { log, lines } = collectLog();
  const lifecycle = new ShiftLifecycle(log);
  for (const step of WAYS[state]) lifecycle.move(step, 'on the way');
  lines.length = 0;
  return { lifecycle, lines };
}

describe('a shift goes only ways that exist', () => {
  test.each(STATES.flatMap((from) => STATES.map((to) => [from, to] as const)))(
    'from %s to %s',
    (from, to) => {
      const { lifecycle, lines } = shiftIn(from);
      const move = () => lifecycle.move(to, 'a reason');
      if (LEGAL.has(`${from} ${to}`)) {
        move();
        expect(lifecycle.state).toBe(to);
        expect(lines).toMatchObject([{ message: 'shift state', from, to, reason: 'a reason' }]);
      } else {
        expect(move).toThrow(
          expect.objectContaining({ code: 'STATE_INVALID', details: { from, to, reason: 'a reason' } }),
        );
        expect(lifecycle.state).toBe(from);
        expect(lines).toEqual([]);
      }
    },
  );
});

test('listeners are told of every move, after it', () => {
  const { lifecycle } = shiftIn('starting');
  const heard: unknown[] = [];
  lifecycle.onMove((...move) => heard.push([...move, lifecycle.state]));
  lifecycle.move('open', 'registered');
  lifecycle.move('draining', 'SIGTERM');
  expect(heard).toEqual([
    ['open', 'starting', 'registered', 'open'],
    ['draining', 'open', 'SIGTERM', 'draining'],
  ]);
});
