import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { wantsCore } from './process-state.ts';

test.runIf(process.platform === 'linux')(
  'tells a process that spins from one that waits or was stopped',
  async () => {
    const spinning = spawn(process.execPath, ['-e', 'for (;;);']);
    const waiting = spawn('sleep', ['60']);
    try {
      await vi.waitFor(
        () => expect([wantsCore(spinning.pid ?? 0), wantsCore(waiting.pid ?? 0)]).toEqual([true, false]),
        5_000,
      );
      spinning.kill('SIGSTOP');
      await vi.waitFor(() => expect(wantsCore(spinning.pid ?? 0)).toBe(false));
    } finally {
      for (const child of [spinning, waiting]) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    expect(wantsCore(spinning.pid ?? 0)).toBeUndefined();
  },
);
