import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import {
  ADA,
  CALL,
  CLINIC,
  appointmentSql,
  useAfterCallClinic,
} from '../../test/support/after-call-clinic.ts';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import { AfterCall } from '../after-call/after-call.ts';
import { type SenderDeps, sendNextMessage } from '../after-call/outbox-sender.ts';
import { twilioSender } from '../after-call/twilio.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { Outbox } from '../clinic/outbox.ts';
import { AfterCallMetrics } from '../status/metrics.ts';
import { startBrain } from './brain.ts';

const { sql, db } = useAfterCallClinic();
const NUMBER = '+4915123456789';
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Twilio as far as it matters here: takes messages, lists them, and answers each request with the next of these (201 when none is left). */
async function startTwilio(...answers: (number | 'hang')[]) {
  // Only who hangs is waited for in vain: a busy machine answers late.
  const requestMs = answers.includes('hang') ? 300 : 10_000;
  const sent: { sid: string; body: string; status: string; direction: string }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const give = (status: number, body: unknown) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.method === 'GET') return give(200, { messages: sent });
      const answer = answers.shift() ?? 201;
      if (answer !== 'hang' && answer !== 201) return give(answer, { code: 20_000 });
      const sid = `SM${String(sent.length).padStart(32, '0')}`;
      sent.push({
        sid,
        body: new URLSearchParams(text).get('Body') ?? '',
        status: 'sent',
        direction: 'outbound-api',
      });
      if (answer === 201) give(201, { sid });
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    sent,
    baseUrl,
    send: twilioSender({ accountSid: `AC${'0'.repeat(32)}`, authToken: 'invented', baseUrl }, requestMs),
  };
}

const makeDeps = (changes: Partial<SenderDeps>): SenderDeps => ({
  outbox: new Outbox(db()),
  send: async () => ({ sent: false, retry: true, error: 'nothing is set' }),
  metrics: new AfterCallMetrics(),
  agentName: 'after',
  workerId: 'w1' as WorkerId,
  log: collectLog().log,
  ...changes,
});
const queue = (key: string) =>
  new Outbox(db()).queueForClinic(CLINIC, { key, toNumber: NUMBER, body: `Text of ${key}` });
const due = () => sql('update outbox set next_at = now()');
const rows = () => sql('select key, status, attempts, provider_id, error from outbox order by key');

test('several workers send each message once', async () => {
  const { send, sent } = await startTwilio();
  for (const key of ['a', 'b', 'c']) await queue(key);
  const workers = Array.from({ length: 6 }, (_, n) => makeDeps({ send, workerId: `w${n}` as WorkerId }));
  expect((await Promise.all(workers.map((deps) => sendNextMessage(deps)))).filter(Boolean)).toHaveLength(3);
  expect(sent.map(({ body }) => body).sort()).toEqual(['Text of a', 'Text of b', 'Text of c']);
  expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
});

test('a sender that is killed between sending and saying so leaves it to the next one, which sends it no second time', async () => {
  const { send, sent } = await startTwilio();
  await queue('a');
  const killed = makeDeps({
    send: async (message, signal) => {
      await send(message, signal);
      throw new Error('killed');
    },
  });
  await expect(sendNextMessage(killed)).rejects.toThrow('killed');
  const next = makeDeps({ send, workerId: 'w2' as WorkerId });
  // While the first one might still be at it, it is nobody else's.
  expect(await sendNextMessage(next)).toBe(false);
  await due();
  expect(await sendNextMessage(next)).toBe(true);
  expect(sent).toHaveLength(1);
  expect(await rows()).toEqual([
    { key: 'a', status: 'sent', attempts: 2, provider_id: sent[0]?.sid, error: null },
  ]);
});

test('429, 500 and silence are tried again, and what was taken in silence is sent once', async () => {
  const { send, sent } = await startTwilio(429, 500, 'hang');
  await queue('a');
  const deps = makeDeps({ send });
  for (const error of [
    'twilio answered 429, code 20000',
    'twilio answered 500, code 20000',
    'twilio did not answer in time',
  ]) {
    expect(await sendNextMessage(deps)).toBe(true);
    expect(await rows()).toEqual([expect.objectContaining({ status: 'waiting', error })]);
    expect(await sendNextMessage(deps)).toBe(false);
    await due();
  }
  await sendNextMessage(deps);
  expect(sent).toHaveLength(1);
  expect(await rows()).toEqual([expect.objectContaining({ status: 'sent', attempts: 4 })]);
});

test('a refusal is final', async () => {
  const { send, sent } = await startTwilio(400);
  await queue('a');
  const deps = makeDeps({ send });
  await sendNextMessage(deps);
  await due();
  expect(await sendNextMessage(deps)).toBe(false);
  expect(sent).toEqual([]);
  expect(await rows()).toEqual([
    expect.objectContaining({ status: 'failed', error: 'twilio answered 400, code 20000' }),
  ]);
});

test('a worker that has its seat records the call, and sends the confirmation before it leaves in peace', async () => {
  const { sent, baseUrl } = await startTwilio();
  const brain = await startBrain({ firstTokenMs: 1, tokensPerSecond: 10_000 });
  stops.push(() => brain.stop());
  const appointment = 'b4000000-0000-4000-8000-000000000001';
  await sql(`update calls set recorded_at = now() where id <> '${CALL.ada}';
    update patients set phone = '${NUMBER}' where id = '${ADA}';
    insert into call_turns (call_id, index, caller_text, agent_text) values ('${CALL.ada}', 1, 'A visit please.', 'You''re booked for Tuesday.');
    ${appointmentSql(appointment, ADA, CALL.ada, 15)}
    update appointments set starts_at = now() + interval '2 days', ends_at = now() + interval '49 hours' where id = '${appointment}'`);
  const config = makeConfig({
    ...{
      LIVEKIT_AGENT_NAME: 'after',
      OPENAI_BASE_URL: `${brain.url}/v1`,
      PUBLIC_URL: 'https://worker.example',
    },
    ...{ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'invented', TWILIO_BASE_URL: baseUrl },
  });
  const { log, messages } = collectLog();
  const afterCall = new AfterCall(config, db(), log);
  afterCall.begin('w1' as WorkerId);
  await vi.waitFor(() => expect(messages()).toContain('call recorded'), { timeout: 10_000 });
  await afterCall.end(false);
  expect(await sql(`select summary, disposition from calls where id = '${CALL.ada}'`)).toEqual([
    {
      summary: expect.stringMatching(/^Written by the local stand-in.*A visit please\./),
      disposition: 'appointment_booked',
    },
  ]);
  expect(sent.map(({ body }) => body)).toEqual([expect.stringContaining('https://worker.example/calendar/')]);
  expect(await afterCall.metrics.text()).toContain('openhours_messages_total{result="sent"} 1');
  expect(messages()).not.toContain('a chore failed, and is done again later');
});
