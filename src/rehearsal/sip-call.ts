import { createHash, randomBytes, randomInt } from 'node:crypto';
import { AccessToken, RoomAgentDispatch, RoomConfiguration } from 'livekit-server-sdk';

/** `sip.callStatus`, as LiveKit's SIP bridge sets it. */
export type SipCallStatus = 'ringing' | 'active' | 'hangup';

/**
 * Set on the caller's participant by the stand-in for the bridge once a transfer has succeeded, to where it went: the caller hears somebody
 * else from now on, though the participant leaves only at the BYE. The real bridge sets nothing of the kind.
 */
export const TRANSFERRED_ATTRIBUTE = 'rehearsal.transferredTo';

/** Who calls whom. Numbers in E.164. */
export interface SipCallOptions {
  /** The caller's number. */
  from: string;
  /** The number dialled. */
  to: string;
  /** The caller withholds the number: it then appears nowhere in the call. */
  hiddenNumber?: boolean;
  /** Attributes that the dispatch rule adds. */
  ruleAttributes?: Record<string, string>;
}

/** How a call shows in LiveKit: its room and the caller's participant. */
export interface SipCall {
  readonly callId: string;
  readonly room: string;
  readonly identity: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Describes a call as LiveKit's SIP bridge would under an individual dispatch rule (seen with a real bridge and a softphone). */
export function describeSipCall(options: SipCallOptions): SipCall {
  const id = () => randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x');
  const callId = `SCL_${id()}`;
  // Not the bridge's own hash, but of the same kind: the same caller has the same one, and nobody reads the number from it.
  const hidden = createHash('sha256').update(options.from).digest('base64url').slice(0, 12);
  const shown = options.hiddenNumber === true ? hidden : options.from;
  return {
    callId,
    room: `call-_${shown}_${id()}`,
    identity: `sip_${shown}`,
    name: options.hiddenNumber === true ? 'Phone' : `Phone ${options.from}`,
    attributes: {
      'sip.callID': callId,
      'sip.callIDFull': `${randomInt(2 ** 47)}@127.0.0.1`,
      'sip.callTag': id(),
      'sip.callStatus': 'ringing',
      'sip.trunkID': 'ST_rehearsal',
      'sip.ruleID': 'SDR_rehearsal',
      'sip.hostname': '127.0.0.1',
      ...(options.hiddenNumber === true
        ? {}
        : { 'sip.phoneNumber': options.from, 'sip.trunkPhoneNumber': options.to }),
      ...options.ruleAttributes,
    },
  };
}

/** The token with which the caller joins; the room it creates dispatches the agent, if a name is given. */
export function joinToken(
  call: SipCall,
  keys: { apiKey: string; apiSecret: string; agentName?: string; metadata?: string },
): Promise<string> {
  const token = new AccessToken(keys.apiKey, keys.apiSecret, {
    identity: call.identity,
    name: call.name,
    attributes: { ...call.attributes },
    ttl: 3_600,
  });
  token.kind = 'sip';
  token.addGrant({
    roomJoin: true,
    room: call.room,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: true, // the caller itself sets sip.callStatus, as the bridge does
  });
  if (keys.agentName !== undefined) {
    const dispatch = new RoomAgentDispatch({ agentName: keys.agentName, metadata: keys.metadata ?? '' });
    token.roomConfig = new RoomConfiguration({ agents: [dispatch] });
  }
  return token.toJwt();
}
