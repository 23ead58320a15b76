import type { DispatchRule, RuleContent, SipStep } from './sip-plan.ts';

/** Whose rule it is. */
export interface RuleFor {
  readonly agentName: string;
  readonly slug: string;
  readonly numbers: readonly string[];
  /** Those of the clinic's trunks that exist; none when the trunk has yet to be created. */
  readonly trunkIds: readonly string[];
}

/** What is to be done, or why a person has to settle it. */
export type PlannedRule = { steps: SipStep[] } | { problem: string; remedy: string };

/** What the rule of a clinic has to do with a call. */
export function ruleContent(agentName: string, slug: string): RuleContent {
  return {
    kind: 'individual',
    roomPrefix: 'call-',
    hidePhoneNumber: false,
    attributes: { clinic: slug },
    agents: [{ agentName, metadata: JSON.stringify({ clinic: slug }) }],
  };
}

/**
 * What a clinic's rule lacks. One that was made by hand counts when it is for the clinic's trunk, or for every trunk and for this clinic. A rule
 * that sends the trunk's calls to another agent is left alone.
 */
export function planRule(wanted: RuleFor, rules: readonly DispatchRule[]): PlannedRule {
  const { agentName, slug, trunkIds } = wanted;
  const name = `${agentName} ${slug}`;
  const content = ruleContent(agentName, slug);
  const own = rules.filter((rule) => rule.name === name || rule.trunkIds.some((id) => trunkIds.includes(id)));
  const foreign = own.find(
    ({ agents }) => agents.length > 0 && !agents.some((one) => one.agentName === agentName),
  );
  if (foreign !== undefined) {
    const other = foreign.agents.map((agent) => agent.agentName).join(', ');
    return {
      problem: `the rule ${quoted(foreign.name, foreign.id)} of its trunk sends its calls to the agent ${other}`,
      remedy: `delete that rule in LiveKit if ${agentName} is to answer, or set LIVEKIT_AGENT_NAME to that name`,
    };
  }
  const general = rules.find((rule) => rule.trunkIds.length === 0 && asksIn(rule, content));
  const rule = own.find((one) => one.name === name) ?? own[0] ?? general;
  if (rule === undefined) {
    return { steps: [{ do: 'create_rule', clinic: slug, name, trunkIds: [...trunkIds], content }] };
  }
  const why = ruleFaults(rule, content, wanted);
  if (why.length === 0) return { steps: [] };
  const step = { clinic: slug, ruleId: rule.id, name: rule.name, content: merged(rule, content), why };
  return { steps: [{ do: 'change_rule', trunkIds: [...trunkIds], ...step }] };
}

function ruleFaults(
  rule: DispatchRule,
  content: RuleContent,
  { agentName, numbers, trunkIds }: RuleFor,
): string[] {
  const everyTrunk =
    rule.trunkIds.length === 0 || (trunkIds.length > 0 && trunkIds.every((id) => rule.trunkIds.includes(id)));
  const everyNumber = rule.numbers.length === 0 || numbers.every((number) => rule.numbers.includes(number));
  return [
    ...(rule.kind === 'individual' ? [] : ['callers would share a room']),
    ...(rule.pin === '' ? [] : ['callers are asked for a PIN']),
    ...(rule.hidePhoneNumber ? ['it hides who calls'] : []),
    ...(asksIn(rule, content) ? [] : [`it does not ask ${agentName} in with the clinic in the metadata`]),
    ...(rule.attributes['clinic'] === content.attributes['clinic']
      ? []
      : ['its attribute clinic is not the clinic']),
    ...(everyTrunk ? [] : ['it is not for the clinic’s trunk']),
    ...(everyNumber ? [] : ['it is not for all of the clinic’s numbers']),
  ];
}

function asksIn(rule: DispatchRule, { agents: [wanted] }: RuleContent): boolean {
  return rule.agents.some(
    ({ agentName, metadata }) =>
      agentName === wanted?.agentName && clinicOf(metadata) === clinicOf(wanted.metadata),
  );
}

/** What others have set stands: the room's prefix, and attributes of their own. */
function merged(rule: DispatchRule, content: RuleContent): RuleContent {
  return {
    ...content,
    roomPrefix: rule.kind === 'individual' && rule.roomPrefix !== '' ? rule.roomPrefix : content.roomPrefix,
    attributes: { ...rule.attributes, ...content.attributes },
  };
}

function clinicOf(metadata: string): unknown {
  try {
    const value: unknown = JSON.parse(metadata);
    return typeof value === 'object' && value !== null && 'clinic' in value ? value.clinic : undefined;
  } catch {
    // Not ours: it names no clinic.
    return undefined;
  }
}

/** A trunk or rule for people: by its name, and by the id under which LiveKit's dashboard has it. */
export function quoted(name: string, id: string): string {
  return name === '' ? id : `"${name}" (${id})`;
}
