import { z } from 'zod';
import type { SendResult, TakenMessage } from '../clinic/outbox.ts';
import { TWILIO } from '../config/desk-defaults.ts';

/** Where Twilio is, and the account there. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  readonly baseUrl: string;
}

/** Sends one message; never rejects. Resolves with what came of it. */
export type SendMessage = (message: TakenMessage, signal?: AbortSignal) => Promise<SendResult>;

/** What is read of an answer; the rest, which has number and text in it, is left where it is. */
const created = z.object({ sid: z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/) });
const refused = z.object({ code: z.number().int() });
/** As the lists of messages have them. */
const listed = z.object({
  messages: z.array(
    z.object({
      sid: z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/),
      body: z.string(),
      status: z.string(),
      direction: z.string(),
    }),
  ),
});

/**
 * Sends by Twilio's Messages API (https://www.twilio.com/docs/messaging/api/message-resource). A refusal (4xx) is final, but for 429; a server's
 * error, a broken line and silence are worth another try. That try first looks whether the message went out after all: its worker may have
 * been lost after sending, or the answer on its way.
 */
export function twilioSender(account: TwilioAccount, requestMs: number = TWILIO.requestMs): SendMessage {
  const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
  const address = `${account.baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${account.accountSid}/Messages.json`;
  const ask = async (url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Answer> => {
    const limits = [AbortSignal.timeout(requestMs), ...(signal === undefined ? [] : [signal])];
    const response = await fetch(url, {
      ...init,
      headers: { authorization, ...init.headers },
      // Nobody else gets the account's token.
      redirect: 'error',
      signal: AbortSignal.any(limits),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  };
  return async (message, signal) => {
    try {
      if (message.attempt > 1) {
        const sid = sentBefore(await ask(`${address}?${recent(message)}`, {}, signal), message);
        if (sid !== undefined) return { sent: true, providerId: sid };
      }
      return resultOf(await ask(address, { method: 'POST', body: form(message) }, signal));
    } catch (error) {
      return { sent: false, retry: true, error: reasonOf(error) };
    }
  };
}

interface Answer {
  status: number;
  body: unknown;
}

function form({ to_number, from, body }: TakenMessage): URLSearchParams {
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from };
  return new URLSearchParams({ To: to_number, ...sender, Body: body });
}

/** Twilio gives the newest first. */
function recent({ to_number }: TakenMessage): string {
  return new URLSearchParams({ To: to_number, PageSize: '50' }).toString();
}

/** The id under which this very text has gone to this number; a trial account puts words of its own before it. */
function sentBefore({ status, body }: Answer, message: TakenMessage): string | undefined {
  if (status !== 200) return undefined;
  const parsed = listed.safeParse(body);
  return parsed.data?.messages.find(
    ({ body: text, status: state, direction }) =>
      direction.startsWith('outbound') &&
      !['failed', 'undelivered', 'canceled'].includes(state) &&
      text.endsWith(message.body),
  )?.sid;
}

function resultOf({ status, body }: Answer): SendResult {
  if (status >= 200 && status < 300) {
    return { sent: true, providerId: created.safeParse(body).data?.sid ?? 'unknown' };
  }
  const code = refused.safeParse(body).data?.code;
  const error = `twilio answered ${status}${code === undefined ? '' : `, code ${code}`}`;
  return { sent: false, retry: status === 429 || status >= 500, error };
}

/** Without the error's own words: they may hold the address, and with it the account. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return name === 'TimeoutError' ? 'twilio did not answer in time' : 'twilio could not be reached';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
