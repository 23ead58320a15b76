import type { Hono } from 'hono';
import { isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ReadWebhook } from './auth.ts';
import type { Watchdog } from './watchdog.ts';

/** What `POST /webhooks/livekit` needs. */
export interface WebhookDeps {
  readonly read: ReadWebhook;
  readonly watchdog: Pick<Watchdog, 'watch'>;
  readonly log: Logger;
}

/**
 * `POST /webhooks/livekit`: LiveKit tells what happens in its rooms. The answer comes when the call in question needs nothing more: at once as a
 * rule, and up to `GATEWAY.holdMs` later for a call without an agent, because a platform that scales to zero gives a process no time outside
 * of requests. 401: not signed by our project. 503: not done; LiveKit sends the webhook again.
 */
export function serveWebhooks(app: Hono, { read, watchdog, log }: WebhookDeps): void {
  app.post('/webhooks/livekit', async (c) => {
    const event = await read(await c.req.text(), c.req.header('authorization')).catch((error: unknown) => {
      if (!isOpenhoursError(error, 'CREDENTIALS_REFUSED')) throw error;
      // Anybody may send something here: one short line each.
      log.warn({ reason: error.cause instanceof Error ? error.cause.message : undefined }, 'webhook refused');
      return undefined;
    });
    if (event === undefined)
      return c.json({ error: 'the webhook is not signed with the key of this LiveKit project' }, 401);
    log.debug({ event: event.event, roomSid: event.room?.sid }, 'webhook');
    if (await watchdog.watch(event)) return c.json({ handled: true });
    return c.json({ error: 'the call could not be seen to: send this webhook again' }, 503, {
      'retry-after': '1',
    });
  });
}
