import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { END_OF_TURN_REPLY, END_OF_TURN_REQUEST } from '../providers/end-of-turn-messages.ts';
import { EndOfTurnModel } from './end-of-turn-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'openhours-eot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('answers a call process with the probability that silence ends the turn', async () => {
  const script = join(folder, 'call.cjs');
  const pcm = Buffer.alloc(2 * 19_200).toString('base64');
  writeFileSync(
    script,
    `process.once('message', (reply) => { process.stdout.write(JSON.stringify(reply)); process.disconnect(); });
     process.send({ case: 'pongResponse' });
     process.send(${JSON.stringify({ case: END_OF_TURN_REQUEST, id: 7, pcm })});`,
  );
  const model = new EndOfTurnModel(collectLog().log);
  try {
    const child = fork(script, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    const reply = JSON.parse(output) as { case: string; id: number; probability: number };
    expect(reply).toMatchObject({ case: END_OF_TURN_REPLY, id: 7 });
    expect(reply.probability).toBeGreaterThan(0);
    expect(reply.probability).toBeLessThan(1);
  } finally {
    model.close();
  }
});
