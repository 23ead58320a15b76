import type { WorkerId } from '../clinic/ids.ts';
import type { Outbox } from '../clinic/outbox.ts';
import type { Logger } from '../log.ts';
import type { AfterCallMetrics } from '../status/metrics.ts';
import type { SendMessage } from './twilio.ts';

/** What sending needs. */
export interface SenderDeps {
  readonly outbox: Pick<Outbox, 'take' | 'finish'>;
  readonly send: SendMessage;
  readonly metrics: AfterCallMetrics;
  readonly agentName: string;
  readonly workerId: WorkerId;
  readonly log: Logger;
}

/**
 * Sends the message that has waited longest, and says so. A worker that is lost in between leaves it to the next one, which looks whether it
 * has gone out. Resolves to whether there was a message.
 * @throws OpenhoursError of the database.
 */
export async function sendNextMessage(deps: SenderDeps, signal?: AbortSignal): Promise<boolean> {
  const { outbox, send, metrics, agentName, workerId } = deps;
  const message = await outbox.take(agentName, workerId);
  if (message === undefined) return false;
  const log = deps.log.child({ messageId: message.message_id, callId: message.call_id ?? undefined });
  const result = await send(message, signal);
  const status = await outbox.finish(message, workerId, result);
  metrics.message(result.sent ? 'sent' : status === 'waiting' ? 'retry' : 'failed');
  const { attempt } = message;
  if (result.sent) log.info({ attempt }, 'message sent');
  else if (status === 'waiting') log.warn({ attempt, why: result.error }, 'a message is sent again later');
  else log.error({ attempt, why: result.error }, 'a message could not be sent');
  return true;
}
