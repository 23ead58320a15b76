import { AccessToken } from 'livekit-server-sdk';
import { LIFECYCLE } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';

/** Who is asked whether they take our key. */
export const SERVICES = ['LiveKit', 'Supabase', 'OpenAI', 'Deepgram'] as const;
/** One of {@link SERVICES}. */
export type Service = (typeof SERVICES)[number];

/** What a service answered; times in ms since the epoch, by our clock. */
export interface Answer {
  /** HTTP; undefined when nothing answered in time. */
  readonly status: number | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
  /** The service's own clock, cut to the second; undefined when it does not say. */
  readonly date: number | undefined;
}

/** Asks a service once, with our key, for something that costs nothing. Never rejects. */
export async function probe(service: Service, config: Config): Promise<Answer> {
  const sentAt = Date.now();
  try {
    const { url, ...init } = await requestFor(service, config);
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(LIFECYCLE.credentialCheckMs) });
    const receivedAt = Date.now();
    await response.body?.cancel();
    const date = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, sentAt, receivedAt, date: Number.isNaN(date) ? undefined : date };
  } catch {
    // No address, no answer, or none in time: the same for whoever reads it.
    return { status: undefined, sentAt, receivedAt: Date.now(), date: undefined };
  }
}

type Wanted = { url: string; method?: string; headers: Record<string, string>; body?: string };

async function requestFor(
  service: Service,
  { livekit, supabase, openai, deepgram }: Config,
): Promise<Wanted> {
  const json = { 'content-type': 'application/json' };
  switch (service) {
    case 'LiveKit': {
      const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { ttl: 60 });
      token.addGrant({ roomList: true });
      return {
        url: `${livekit.url.replace(/^ws/, 'http').replace(/\/+$/, '')}/twirp/livekit.RoomService/ListRooms`,
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${await token.toJwt()}` },
        body: JSON.stringify({ names: ['openhours-doctor'] }),
      };
    }
    case 'Supabase':
      return {
        url: `${supabase.url.replace(/\/+$/, '')}/rest/v1/clinics?select=id&limit=1`,
        headers: { apikey: supabase.serviceRoleKey, authorization: `Bearer ${supabase.serviceRoleKey}` },
      };
    case 'OpenAI':
      return {
        url: `${openai.baseUrl ?? 'https://api.openai.com/v1'}/models`,
        headers: { authorization: `Bearer ${openai.apiKey}` },
      };
    case 'Deepgram':
      return {
        url: `${deepgram.baseUrl}/v1/auth/token`,
        headers: { authorization: `Token ${deepgram.apiKey}` },
      };
    default:
      return service satisfies never;
  }
}
