import { RoomServiceClient } from 'livekit-server-sdk';
import { setTimeout as timer } from 'node:timers/promises';
import { type Database, checkDatabase } from '../clinic/database.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { OpenhoursError, isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';

/**
 * Asks every service once whether it takes our credentials, all at the same time. A service that is merely down is not an error here, for
 * it may be back when the first call comes; the database is tried again for a while, because without it no call can be answered.
 * @throws OpenhoursError CREDENTIALS_REFUSED, SCHEMA_OUTDATED or SERVICE_UNREACHABLE.
 */
export async function preflight(
  config: Config,
  db: Database,
  log: Logger,
  wait: (ms: number) => Promise<unknown> = timer,
): Promise<void> {
  await Promise.all([
    checkLiveKit(config),
    checkVendor('OPENAI_API_KEY', `${config.openai.baseUrl ?? 'https://api.openai.com/v1'}/models`, {
      authorization: `Bearer ${config.openai.apiKey}`,
    }),
    checkVendor('DEEPGRAM_API_KEY', `${config.deepgram.baseUrl}/v1/auth/token`, {
      authorization: `Token ${config.deepgram.apiKey}`,
    }),
    databaseWithRetries(db, log, wait),
  ]);
}

function refused(variables: string): OpenhoursError {
  return new OpenhoursError(
    'CREDENTIALS_REFUSED',
    `${variables} refused: check that it is right and not revoked`,
    {
      details: { variables },
    },
  );
}

async function checkLiveKit({ livekit }: Config): Promise<void> {
  const url = livekit.url.replace(/^ws/, 'http');
  try {
    const rooms = new RoomServiceClient(url, livekit.apiKey, livekit.apiSecret, {
      requestTimeout: LIFECYCLE.credentialCheckMs / 1_000,
    });
    await rooms.listRooms(['openhours-credential-check']);
  } catch (error) {
    if (isUnauthorized(error)) throw refused('LIVEKIT_API_KEY or LIVEKIT_API_SECRET was');
  }
}

function isUnauthorized(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'status' in error &&
    [401, 403].includes(Number(error.status))
  );
}

async function checkVendor(variable: string, url: string, headers: Record<string, string>): Promise<void> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(LIFECYCLE.credentialCheckMs) });
    await response.body?.cancel();
    if (response.status === 401) throw refused(`${variable} was`);
  } catch (error) {
    if (isOpenhoursError(error)) throw error;
  }
}

async function databaseWithRetries(
  db: Database,
  log: Logger,
  wait: (ms: number) => Promise<unknown>,
): Promise<void> {
  let pauseMs: number = LIFECYCLE.databaseRetryMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await checkDatabase(db);
      return;
    } catch (error) {
      if (!isOpenhoursError(error) || !error.kind.retryable || attempt === LIFECYCLE.databaseRetries)
        throw error;
      log.warn({ attempt, error }, 'the database does not answer yet');
      await wait(pauseMs);
      pauseMs *= 2;
    }
  }
}
