import type { ClinicProfile } from '../clinic/clinics.ts';
import { planRule, quoted } from './sip-rule.ts';

/** An inbound trunk as LiveKit lists it. No number means every number. */
export interface InboundTrunk {
  readonly id: string;
  readonly name: string;
  readonly numbers: readonly string[];
}

/** A dispatch rule as LiveKit lists it. */
export interface DispatchRule extends RuleContent {
  readonly id: string;
  readonly name: string;
  /** None means every trunk. */
  readonly trunkIds: readonly string[];
  /** Callers are asked for it before they are connected; empty for none. */
  readonly pin: string;
  /** Dialled numbers it is for; none means all. */
  readonly numbers: readonly string[];
}

/** What a rule does with a call. */
export interface RuleContent {
  /** `individual`: each caller has a room of their own. */
  readonly kind: 'individual' | 'other';
  readonly roomPrefix: string;
  /** With it, nobody knows who calls. */
  readonly hidePhoneNumber: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly agents: readonly { readonly agentName: string; readonly metadata: string }[];
}

/** LiveKit's SIP service, as far as it is needed here. */
export interface SipDirectory {
  trunks(): Promise<InboundTrunk[]>;
  rules(): Promise<DispatchRule[]>;
  /** @returns the new trunk's id. */
  createTrunk(name: string, numbers: readonly string[]): Promise<string>;
  addNumbers(trunkId: string, numbers: readonly string[]): Promise<void>;
  createRule(name: string, trunkIds: readonly string[], content: RuleContent): Promise<void>;
  /** Replaces what the rule does with a call, takes its PIN and its limit to dialled numbers off, and adds the trunks; what else is set stays. */
  changeRule(ruleId: string, trunkIds: readonly string[], content: RuleContent): Promise<void>;
}

/** One thing to do in LiveKit. A rule's `trunkIds` lack the trunk that a step before it creates. */
export type SipStep =
  | { do: 'create_trunk'; clinic: string; name: string; numbers: string[] }
  | { do: 'add_numbers'; clinic: string; trunkId: string; name: string; numbers: string[] }
  | { do: 'create_rule'; clinic: string; name: string; trunkIds: string[]; content: RuleContent }
  | {
      do: 'change_rule';
      clinic: string;
      ruleId: string;
      name: string;
      trunkIds: string[];
      content: RuleContent;
      /** What is wrong with it now. */
      why: string[];
    };

/** Something that only a person can settle; nothing is done for that clinic. */
export interface SipProblem {
  readonly clinic: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What is to be done so that calls reach the agent. */
export interface SipPlan {
  readonly steps: readonly SipStep[];
  readonly problems: readonly SipProblem[];
  /** Clinics for which everything is as it should be. */
  readonly settled: readonly string[];
}

type DialledClinic = Pick<ClinicProfile, 'slug' | 'numbers'>;

/**
 * What LiveKit lacks: for each clinic an inbound trunk with its numbers, and an individual dispatch rule that asks the agent in and names the
 * clinic, for callers who hide their number. Trunks and rules that were made by hand are used where they fit. Empty when all is as it should be.
 */
export function planSip(
  agentName: string,
  clinics: readonly DialledClinic[],
  trunks: readonly InboundTrunk[],
  rules: readonly DispatchRule[],
): SipPlan {
  const plans = clinics.map((clinic) => planClinic(agentName, clinic, clinics, trunks, rules));
  return {
    steps: plans.flatMap(({ steps }) => steps),
    problems: plans.flatMap(({ problems }) => problems),
    settled: plans.flatMap(({ settled }) => settled),
  };
}

/** Does the steps, one after the other, and says each when it is done. */
export async function applySipPlan(
  steps: readonly SipStep[],
  sip: SipDirectory,
  done: (step: SipStep) => void,
): Promise<void> {
  const created = new Map<string, string>();
  for (const step of steps) {
    const own = created.get(step.clinic);
    switch (step.do) {
      case 'create_trunk':
        created.set(step.clinic, await sip.createTrunk(step.name, step.numbers));
        break;
      case 'add_numbers':
        await sip.addNumbers(step.trunkId, step.numbers);
        break;
      case 'create_rule':
        await sip.createRule(step.name, withOwn(step.trunkIds, own), step.content);
        break;
      case 'change_rule':
        await sip.changeRule(step.ruleId, withOwn(step.trunkIds, own), step.content);
        break;
      default:
        step satisfies never;
    }
    done(step);
  }
}

function withOwn(trunkIds: readonly string[], own: string | undefined): string[] {
  return own === undefined ? [...trunkIds] : [...trunkIds, own];
}

function planClinic(
  agentName: string,
  { slug, numbers }: DialledClinic,
  all: readonly DialledClinic[],
  trunks: readonly InboundTrunk[],
  rules: readonly DispatchRule[],
): SipPlan {
  const refuse = (problem: string, remedy: string): SipPlan => ({
    steps: [],
    problems: [{ clinic: slug, problem, remedy }],
    settled: [],
  });
  if (numbers.length === 0) {
    return refuse(
      'it has no number that callers dial',
      'add it to numbers of the clinic’s file, and apply that',
    );
  }
  const name = `${agentName} ${slug}`;
  const own = trunks.filter(
    (trunk) => trunk.name === name || trunk.numbers.some((one) => numbers.includes(one)),
  );
  const shared = own.find(({ numbers: held }) => others(slug, all).some((number) => held.includes(number)));
  if (shared !== undefined) {
    return refuse(
      `its trunk ${quoted(shared.name, shared.id)} has numbers of another clinic too, so no rule can tell them apart`,
      'take the numbers out of that trunk in LiveKit, and run provision again: each clinic gets its own',
    );
  }
  const missing = numbers.filter((number) => !own.some((trunk) => trunk.numbers.includes(number)));
  const trunkIds = own.map(({ id }) => id);
  const ruled = planRule({ agentName, slug, numbers, trunkIds }, rules);
  if ('problem' in ruled) return refuse(ruled.problem, ruled.remedy);
  const steps = [...planTrunk(slug, name, own, missing), ...ruled.steps];
  return { steps, problems: [], settled: steps.length === 0 ? [slug] : [] };
}

function others(slug: string, all: readonly DialledClinic[]): string[] {
  return all.filter((clinic) => clinic.slug !== slug).flatMap(({ numbers }) => numbers);
}

function planTrunk(
  clinic: string,
  name: string,
  [first]: readonly InboundTrunk[],
  missing: readonly string[],
): SipStep[] {
  if (missing.length === 0) return [];
  if (first === undefined) return [{ do: 'create_trunk', clinic, name, numbers: [...missing] }];
  return [{ do: 'add_numbers', clinic, trunkId: first.id, name: first.name, numbers: [...missing] }];
}
