import { type ClaimGrants, TokenVerifier } from 'livekit-server-sdk';
import { z } from 'zod';

/** An answer of the SIP service; the body is JSON, or plain text where it is a string. */
export interface TwirpAnswer {
  readonly status: number;
  readonly body: string | object;
}

/** What the service is asked for. */
export interface TransferRequest {
  readonly room: string;
  readonly identity: string;
  readonly transferTo: string;
  readonly playDialtone: boolean;
  readonly ringingMs: number;
}

/** LiveKit's own, where the request has none. */
const RINGING_MS = 30_000;

// livekit-server-sdk sends JSON only; absent fields are the protocol's defaults.
const wireSchema = z.object({
  roomName: z.string().default(''),
  participantIdentity: z.string().default(''),
  transferTo: z.string().default(''),
  playDialtone: z.boolean().default(false),
  ringingTimeout: z
    .string()
    .regex(/^\d+(\.\d+)?s$/)
    .optional(),
});

/** HTTP statuses of Twirp's codes (twitchtv.github.io/twirp/docs/errors.html). */
const STATUS = {
  canceled: 408,
  invalid_argument: 400,
  malformed: 400,
  bad_route: 404,
  deadline_exceeded: 408,
  not_found: 404,
  permission_denied: 403,
  unauthenticated: 401,
  resource_exhausted: 429,
  unavailable: 503,
} as const;

/** An error as LiveKit writes it. */
export function twirpError(
  code: keyof typeof STATUS,
  msg: string,
  meta?: Record<string, string>,
): TwirpAnswer {
  return { status: STATUS[code], body: { code, msg, ...(meta === undefined ? {} : { meta }) } };
}

/** An error with the SIP status of the far side, as LiveKit writes it (protocol/livekit/sip.go). */
export function sipError(code: keyof typeof STATUS, sipStatus: number, reason: string): TwirpAnswer {
  const meta = { sip_status_code: String(sipStatus), sip_status: reason };
  return twirpError(code, `sip status ${sipStatus}: ${reason}`, meta);
}

/** One that LiveKit would refuse before it troubled the bridge. */
export function isRefusal(answer: TransferRequest | TwirpAnswer): answer is TwirpAnswer {
  return 'status' in answer;
}

/**
 * Reads and checks a request in the order of livekit-server 1.13.5 (service/auth.go, service/sip.go): a token that is genuine, a room and
 * a participant, the grant `sip.call`, `roomAdmin` of this very room, and a `sip:` or `tel:` address.
 */
export async function readTransfer(
  keys: { apiKey: string; apiSecret: string },
  request: { authorization: string | undefined; contentType: string | undefined; body: string },
): Promise<TransferRequest | TwirpAnswer> {
  const { grants, refusal } = await identify(keys, request.authorization);
  if (refusal !== undefined) return { status: 401, body: refusal };
  if (!/^application\/json\b/.test(request.contentType ?? ''))
    return twirpError('bad_route', `unexpected Content-Type: "${request.contentType ?? ''}"`);
  const wire = parse(request.body);
  if (wire === undefined) return twirpError('malformed', 'the json request could not be decoded');
  const { roomName: room, participantIdentity: identity, transferTo, playDialtone, ringingTimeout } = wire;
  if (room === '') return twirpError('invalid_argument', 'Missing room name');
  if (identity === '') return twirpError('invalid_argument', 'Missing participant identity');
  const { sip, video } = grants ?? {};
  if (sip?.call !== true || video?.roomAdmin !== true || video.room !== room)
    return twirpError('unauthenticated', 'permissions denied');
  if (transferTo === '') return twirpError('invalid_argument', 'missing transfer to');
  if (!/^<?(sips?|tel):/.test(transferTo)) {
    const what = 'transfer_to must be a valid SIP(s) or TEL URI (sip:, sips: or tel:)';
    return twirpError('invalid_argument', what);
  }
  const ringingMs = ringingTimeout === undefined ? RINGING_MS : parseFloat(ringingTimeout) * 1_000;
  return { room, identity, transferTo, playDialtone, ringingMs };
}

/** The grants of the token; none without a token, and a refusal for one that is not genuine. */
export async function identify(
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
  authorization = '',
): Promise<{ grants?: ClaimGrants; refusal?: string }> {
  if (authorization === '') return {};
  const [, token] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (token === undefined) return { refusal: 'invalid authorization header. Must start with Bearer ' };
  try {
    return { grants: await new TokenVerifier(apiKey, apiSecret).verify(token) };
  } catch {
    return { refusal: 'invalid authorization token' }; // whatever is wrong with it: the real one says no more
  }
}

function parse(body: string): z.infer<typeof wireSchema> | undefined {
  try {
    return wireSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined; // not JSON
  }
}
