import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import type { MessageId, WorkerId } from '../clinic/ids.ts';
import type { SendResult, TakenMessage } from '../clinic/outbox.ts';
import type { ClinicId } from '../clinic/ids.ts';
import { AfterCallMetrics } from '../status/metrics.ts';
import { sendNextMessage } from './outbox-sender.ts';
import { twilioSender } from './twilio.ts';

const SID = `SM${'0'.repeat(32)}`;
const ACCOUNT = `AC${'0'.repeat(32)}`;
const NUMBER = '+4915123456789';
const close: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A service on loopback that answers as the handler does. */
async function startService(handle: Handler) {
  const requests: { method: string; url: string; authorization: string; form: URLSearchParams }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({
        ...{ method, url, authorization: headers.authorization ?? '' },
        form: new URLSearchParams(body),
      });
      handle(request, response, body);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  close.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
const answer =
  (status: number, body: unknown): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const message = (changes: Partial<TakenMessage> = {}): TakenMessage => ({
  message_id: 'm1' as MessageId,
  clinic_id: 'c1' as ClinicId,
  call_id: null,
  key: 'booked/1',
  to_number: NUMBER,
  from: '+4915550100',
  body: 'Your appointment is booked.',
  attempt: 1,
  ...changes,
});
const senderTo = (baseUrl: string, requestMs = 1_000) =>
  twilioSender({ accountSid: ACCOUNT, authToken: 'an-invented-token', baseUrl }, requestMs);

describe('a message to Twilio', () => {
  test('goes to the account’s address with number, sender and text, and comes back with its id', async () => {
    const { url, requests } = await startService(answer(201, { sid: SID, body: 'left where it is' }));
    expect(await senderTo(url)(message())).toEqual({ sent: true, providerId: SID });
    const [request] = requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`,
      authorization: `Basic ${Buffer.from(`${ACCOUNT}:an-invented-token`).toString('base64')}`,
    });
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      To: NUMBER,
      From: '+4915550100',
      Body: 'Your appointment is booked.',
    });
  });

  test('goes by a messaging service where the clinic has one', async () => {
    const { url, requests } = await startService(answer(201, { sid: SID }));
    await senderTo(url)(message({ from: `MG${'a'.repeat(32)}` }));
    expect(requests[0]?.form.get('MessagingServiceSid')).toBe(`MG${'a'.repeat(32)}`);
    expect(requests[0]?.form.has('From')).toBe(false);
  });

  test.each([
    [
      '400 is final',
      400,
      { code: 21_211, message: `${NUMBER} is invalid` },
      false,
      'twilio answered 400, code 21211',
    ],
    ['401 is final', 401, { code: 20_003 }, false, 'twilio answered 401, code 20003'],
    ['429 is tried again', 429, { code: 20_429 }, true, 'twilio answered 429, code 20429'],
    ['500 is tried again', 500, 'no JSON of theirs', true, 'twilio answered 500'],
    ['503 is tried again', 503, null, true, 'twilio answered 503'],
    ['a redirect is followed nowhere', 307, {}, true, 'twilio could not be reached'],
  ])('%s, and the reason holds no number', async (_, status, body, retry, error) => {
    const { url } = await startService((request, response) => {
      if (status === 307) response.setHeader('location', 'http://127.0.0.1:1/');
      answer(status, body)(request, response, '');
    });
    expect(await senderTo(url)(message())).toEqual({ sent: false, retry, error });
  });

  test('a service that hangs, and one that is not there, are tried again', async () => {
    const { url } = await startService(() => undefined);
    expect(await senderTo(url, 20)(message())).toEqual({
      ...{ sent: false, retry: true, error: 'twilio did not answer in time' },
    });
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    expect(await senderTo(`http://127.0.0.1:${port}`)(message())).toEqual({
      ...{ sent: false, retry: true, error: 'twilio could not be reached' },
    });
  });

  test('an answer that is none still counts as sent: it was taken', async () => {
    const { url } = await startService(answer(201, { sid: '<script>' }));
    expect(await senderTo(url)(message())).toEqual({ sent: true, providerId: 'unknown' });
  });
});

describe('a second try', () => {
  const list = (body: string, status = 'delivered') => ({
    messages: [{ sid: SID, body, status, direction: 'outbound-api', to: NUMBER }],
  });
  const listThen =
    (body: unknown): Handler =>
    (request, response) =>
      answer(request.method === 'GET' ? 200 : 201, request.method === 'GET' ? body : { sid: SID })(
        request,
        response,
        '',
      );

  test('of a message that went out after all sends nothing more', async () => {
    const sent = list('Sent from your Twilio trial account - Your appointment is booked.');
    const { url, requests } = await startService(listThen(sent));
    expect(await senderTo(url)(message({ attempt: 2 }))).toEqual({ sent: true, providerId: SID });
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
    expect(requests[0]?.url).toContain(`To=${encodeURIComponent(NUMBER)}`);
  });

  test.each([
    ['is another', list('Another text.')],
    ['could not be delivered', list('Your appointment is booked.', 'undelivered')],
    ['is not in a list that is none', { messages: 'none' }],
  ])('of one whose text %s sends it', async (_, body) => {
    const { url, requests } = await startService(listThen(body));
    expect(await senderTo(url)(message({ attempt: 2 }))).toEqual({ sent: true, providerId: SID });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });
});

describe('a worker', () => {
  const makeDeps = (result: SendResult, status: 'waiting' | 'sent' | 'failed') => {
    const { log, lines } = collectLog();
    const metrics = new AfterCallMetrics();
    const waiting = [message()];
    const outbox = { take: async () => waiting.shift(), finish: async () => status };
    const deps = {
      outbox,
      send: async () => result,
      metrics,
      agentName: 'a',
      workerId: 'w' as WorkerId,
      log,
    };
    return { deps, metrics, lines };
  };

  test.each<[string, SendResult, 'waiting' | 'sent' | 'failed']>([
    ['sent', { sent: true, providerId: SID }, 'sent'],
    ['retry', { sent: false, retry: true, error: 'twilio answered 429' }, 'waiting'],
    ['failed', { sent: false, retry: true, error: 'twilio answered 500' }, 'failed'],
  ])('counts %s, and logs neither number nor text', async (counted, result, status) => {
    const { deps, metrics, lines } = makeDeps(result, status);
    expect(await sendNextMessage(deps)).toBe(true);
    expect(await metrics.text()).toContain(`openhours_messages_total{result="${counted}"} 1`);
    expect(JSON.stringify(lines)).not.toMatch(/4915123456789|appointment is booked/);
    expect(await sendNextMessage(deps)).toBe(false);
  });
});
