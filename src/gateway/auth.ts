import { WebhookReceiver } from 'livekit-server-sdk';
import type { Config } from '../config/load.ts';
import { OpenhoursError } from '../errors.ts';
import type { RoomEvent } from '../lifecycle/takeover.ts';

/** A webhook that LiveKit has signed. */
export interface SignedEvent extends RoomEvent {
  readonly room?: { readonly name: string; readonly sid: string } | undefined;
}

/** Checks a webhook's body against its `Authorization` header. */
export type ReadWebhook = (body: string, authorization: string | undefined) => Promise<SignedEvent>;

/**
 * Reads webhooks of one LiveKit project. The header is a token that LiveKit has signed with the project's secret; it is valid for minutes and
 * holds the body's SHA-256.
 * @returns A function that throws OpenhoursError CREDENTIALS_REFUSED for anything that this project did not send.
 */
export function webhookReader({
  apiKey,
  apiSecret,
}: Pick<Config['livekit'], 'apiKey' | 'apiSecret'>): ReadWebhook {
  const receiver = new WebhookReceiver(apiKey, apiSecret);
  return async (body, authorization) => {
    try {
      return await receiver.receive(body, authorization);
    } catch (cause) {
      throw new OpenhoursError(
        'CREDENTIALS_REFUSED',
        'this webhook is not signed with LIVEKIT_API_KEY and LIVEKIT_API_SECRET: choose this key where LiveKit has the webhook',
        { cause },
      );
    }
  };
}
