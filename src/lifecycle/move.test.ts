import { describe, expect, test, vi } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import { type ToCall, WRAP_UP } from '../providers/call-messages.ts';
import { machineMoved } from './move.ts';

function makeMove(successorReady: boolean) {
  const { log, messages } = collectLog();
  const hold = vi.fn<(ms: number) => void>();
  const told: ToCall[] = [];
  const tell = (message: ToCall) => told.push(message);
  return {
    hold,
    told,
    messages,
    deps: { server: { hold, activeCalls: 2 }, tell, successorReady: () => successorReady, log },
  };
}

describe('a machine that is about to be moved', () => {
  test('gives its calls to another worker, and takes none until it has been moved', () => {
    const { deps, hold, told } = makeMove(true);
    machineMoved('SIGTSTP', deps);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'worker_moved', handover: true }]);
    expect(hold).toHaveBeenLastCalledWith(LIFECYCLE.moveMs);
    machineMoved('SIGCONT', deps);
    expect(hold).toHaveBeenLastCalledWith(0);
    expect(told).toHaveLength(1);
  });

  test('keeps its calls, and takes more, when there is no other: they pause with it', () => {
    const { deps, hold, told, messages } = makeMove(false);
    machineMoved('SIGTSTP', deps);
    expect([told, hold.mock.calls]).toEqual([[], []]);
    expect(messages().join()).toContain('calls may pause');
  });
});
