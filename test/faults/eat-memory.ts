import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Node's inspector opens here on SIGUSR1. */
const INSPECTOR = 'http://127.0.0.1:9229/json';
/** 1 GB, half of it in the first second: more than a call's process may have. */
const PIECES = 20;
const EATING = `globalThis.eaten = []; const eating = setInterval(() => {
  eaten.push(Buffer.alloc(50e6, 1));
  if (eaten.length >= ${PIECES}) clearInterval(eating);
}, 100); 'eating'`;

/** Makes another Node process use more and more memory, through its inspector. */
export async function eatMemory(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const deadline = performance.now() + 5_000;
  for (;;) {
    const targets = await fetch(INSPECTOR).then(
      (response) => response.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
      () => [],
    );
    const [target] = targets;
    if (target !== undefined) return await evaluate(target.webSocketDebuggerUrl);
    if (performance.now() > deadline) throw new Error(`process ${pid} has no inspector`);
    await delay(50);
  }
}

async function evaluate(url: string): Promise<void> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: EATING } })),
    );
    socket.once('message', () => resolve());
  });
  socket.close();
}
