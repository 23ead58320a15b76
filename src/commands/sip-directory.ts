import {
  RoomAgentDispatch,
  RoomConfiguration,
  SIPDispatchRule,
  SIPDispatchRuleIndividual,
  SIPDispatchRuleInfo,
  SipClient,
  type SipInboundTrunkUpdateOptions,
} from 'livekit-server-sdk';
import { LIFECYCLE } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { OpenhoursError } from '../errors.ts';
import type { DispatchRule, InboundTrunk, RuleContent, SipDirectory } from './sip-plan.ts';

/**
 * LiveKit's own SIP service. Every method throws OpenhoursError CREDENTIALS_REFUSED when the key is refused, and SERVICE_UNREACHABLE when
 * LiveKit does not answer, refuses what it is asked for, or has no SIP service.
 */
export class LiveKitSip implements SipDirectory {
  readonly #sip: SipClient;

  constructor({ url, apiKey, apiSecret }: Pick<Config['livekit'], 'url' | 'apiKey' | 'apiSecret'>) {
    // Without failover: what was created in one region is not to be created in the next one, too.
    this.#sip = new SipClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, {
      failover: false,
      requestTimeout: LIFECYCLE.credentialCheckMs / 1_000,
    });
  }

  async trunks(): Promise<InboundTrunk[]> {
    const trunks = await ask('list trunks', () => this.#sip.listSipInboundTrunk());
    return trunks.map(({ sipTrunkId: id, name, numbers }) => ({ id, name, numbers }));
  }

  async rules(): Promise<DispatchRule[]> {
    return (await this.#rules()).map(toRule);
  }

  async createTrunk(name: string, numbers: readonly string[]): Promise<string> {
    const trunk = await ask('create a trunk', () => this.#sip.createSipInboundTrunk(name, [...numbers]));
    return trunk.sipTrunkId;
  }

  async addNumbers(trunkId: string, numbers: readonly string[]): Promise<void> {
    // The SDK does not export the class of a list's update, and takes its fields.
    const update = { add: [...numbers] } as NonNullable<SipInboundTrunkUpdateOptions['numbers']>;
    await ask('change a trunk', () => this.#sip.updateSipInboundTrunkFields(trunkId, { numbers: update }));
  }

  async createRule(name: string, trunkIds: readonly string[], content: RuleContent): Promise<void> {
    await ask('create a dispatch rule', () =>
      this.#sip.createSipDispatchRule(
        { type: 'individual', roomPrefix: content.roomPrefix },
        {
          name,
          trunkIds: [...trunkIds],
          hidePhoneNumber: content.hidePhoneNumber,
          attributes: { ...content.attributes },
          roomConfig: new RoomConfiguration({ agents: agentsOf(content) }),
        },
      ),
    );
  }

  async changeRule(ruleId: string, trunkIds: readonly string[], content: RuleContent): Promise<void> {
    const found = (await this.#rules()).find(({ sipDispatchRuleId }) => sipDispatchRuleId === ruleId);
    if (found === undefined) {
      throw new OpenhoursError(
        'SERVICE_UNREACHABLE',
        `LiveKit has the dispatch rule ${ruleId} no more: run provision again`,
      );
    }
    const { roomPrefix, hidePhoneNumber, attributes } = content;
    const rule = new SIPDispatchRuleInfo({
      ...found,
      // A rule that was for every trunk stays so.
      trunkIds: found.trunkIds.length === 0 ? [] : [...new Set([...found.trunkIds, ...trunkIds])],
      numbers: [],
      hidePhoneNumber,
      attributes: { ...attributes },
      rule: new SIPDispatchRule({
        rule: {
          case: 'dispatchRuleIndividual',
          value: new SIPDispatchRuleIndividual({ roomPrefix, pin: '' }),
        },
      }),
      roomConfig: new RoomConfiguration({ ...found.roomConfig, agents: agentsOf(content) }),
    });
    await ask('change a dispatch rule', () => this.#sip.updateSipDispatchRule(ruleId, rule));
  }

  #rules(): Promise<SIPDispatchRuleInfo[]> {
    return ask('list dispatch rules', () => this.#sip.listSipDispatchRule());
  }
}

function agentsOf({ agents }: RuleContent): RoomAgentDispatch[] {
  return agents.map((agent) => new RoomAgentDispatch({ ...agent }));
}

function toRule(info: SIPDispatchRuleInfo): DispatchRule {
  const rule = info.rule?.rule;
  const individual = rule?.case === 'dispatchRuleIndividual';
  return {
    id: info.sipDispatchRuleId,
    name: info.name,
    trunkIds: info.trunkIds,
    numbers: info.numbers,
    kind: individual ? 'individual' : 'other',
    roomPrefix: individual ? rule.value.roomPrefix : '',
    pin: rule?.value?.pin ?? '',
    hidePhoneNumber: info.hidePhoneNumber,
    attributes: info.attributes,
    agents: (info.roomConfig?.agents ?? []).map(({ agentName, metadata }) => ({ agentName, metadata })),
  };
}

async function ask<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    const { status, message } = failureOf(cause);
    const refused = status === 401 || status === 403;
    const why = refused
      ? 'LIVEKIT_API_KEY or LIVEKIT_API_SECRET was refused'
      : status === undefined
        ? 'it did not answer'
        : message;
    throw new OpenhoursError(
      refused ? 'CREDENTIALS_REFUSED' : 'SERVICE_UNREACHABLE',
      `LiveKit did not ${what}: ${why}`,
      { cause, details: { status } },
    );
  }
}

function failureOf(cause: unknown): { status: number | undefined; message: string } {
  const message = cause instanceof Error ? cause.message : String(cause);
  const status =
    typeof cause === 'object' && cause !== null && 'status' in cause ? Number(cause.status) : undefined;
  return { status, message };
}
