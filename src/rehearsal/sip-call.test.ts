import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { describeSipCall, joinToken } from './sip-call.ts';

const numbers = { from: '+4915112345678', to: '+922135550100' };
const keys = { apiKey: 'key', apiSecret: 'a secret of more than thirty-two characters' };

test('a call looks as it does behind LiveKit’s SIP bridge', () => {
  const call = describeSipCall({ ...numbers, ruleAttributes: { clinic: 'karachi-smiles' } });
  expect(call.identity).toBe('sip_+4915112345678');
  expect(call.name).toBe('Phone +4915112345678');
  expect(call.room).toMatch(/^call-_\+4915112345678_\w{12}$/);
  expect(call.attributes).toMatchObject({
    'sip.callID': call.callId,
    'sip.callStatus': 'ringing',
    'sip.phoneNumber': '+4915112345678',
    'sip.trunkPhoneNumber': '+922135550100',
    clinic: 'karachi-smiles',
  });
  expect(Object.keys(call.attributes)).toEqual(
    expect.arrayContaining(['sip.callIDFull', 'sip.callTag', 'sip.trunkID', 'sip.ruleID', 'sip.hostname']),
  );
});

test('a hidden number is nowhere in the call, and its caller is the same one next time', () => {
  const call = describeSipCall({ ...numbers, hiddenNumber: true });
  expect(JSON.stringify(call)).not.toMatch(/15112345678|2135550100/);
  expect(call.identity).toMatch(/^sip_[\w-]{12}$/);
  expect(describeSipCall({ ...numbers, hiddenNumber: true }).identity).toBe(call.identity);
});

test('two calls of one caller are two rooms', () => {
  expect(describeSipCall(numbers).room).not.toBe(describeSipCall(numbers).room);
});

test('the token joins as a telephone, lets the caller set its status, and dispatches the agent', async () => {
  const call = describeSipCall(numbers);
  const token = await joinToken(call, { ...keys, agentName: 'openhours', metadata: '{"clinic":"x"}' });
  const claims = await new TokenVerifier(keys.apiKey, keys.apiSecret).verify(token);
  expect(claims).toMatchObject({
    kind: 'sip',
    sub: call.identity,
    name: call.name,
    attributes: call.attributes,
    video: { room: call.room, roomJoin: true, canUpdateOwnMetadata: true },
    roomConfig: { agents: [{ agentName: 'openhours', metadata: '{"clinic":"x"}' }] },
  });
});
