import { type ClinicProfile, findClinics } from '../clinic/clinics.ts';
import { openDatabase } from '../clinic/database.ts';
import { loadConfig } from '../config/load.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { LiveKitSip } from './sip-directory.ts';
import { type SipDirectory, type SipStep, applySipPlan, planSip } from './sip-plan.ts';

/** What `provision` needs; tests pass their own. */
export interface ProvisionDeps {
  readonly sip: SipDirectory;
  readonly agentName: string;
  readonly clinics: () => Promise<Pick<ClinicProfile, 'slug' | 'numbers' | 'staff_number'>[]>;
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/**
 * The LiveKit project and the clinics of the environment's variables.
 * @throws OpenhoursError CONFIG_INVALID, as `loadConfig` does.
 */
export function provisionDeps(): ProvisionDeps {
  const config = loadConfig();
  const db = openDatabase(config.supabase);
  return {
    sip: new LiveKitSip(config.livekit),
    agentName: config.livekit.agentName,
    clinics: () => findClinics(db, config.livekit.agentName, config.clinic),
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/**
 * Creates in LiveKit what calls to the clinics need, or changes what is there: an inbound trunk with their numbers, and a dispatch rule that
 * asks the agent in. A second run does nothing. With `dryRun` it only says what it would do. The steps at Twilio, which we do not take, are
 * printed. With `json` one document: `{agentName, dryRun, steps, problems, settled, twilio}`.
 * @returns 78 when something has to be settled by a person first; the other clinics are provided for all the same.
 * @throws OpenhoursError CLINIC_UNKNOWN when no clinic has the agent's name; those of LiveKit and of the database.
 */
export async function provision(
  options: { dryRun?: boolean; json?: boolean },
  { sip, agentName, clinics, print, warn }: ProvisionDeps,
): Promise<ExitCode> {
  const served = await clinics();
  if (served.length === 0) {
    throw new OpenhoursError(
      'CLINIC_UNKNOWN',
      `no clinic has the agent name ${agentName}: apply its file with \`openhours clinic apply\`, and check CLINIC`,
    );
  }
  const [trunks, rules] = await Promise.all([sip.trunks(), sip.rules()]);
  const plan = planSip(agentName, served, trunks, rules);
  const dryRun = options.dryRun === true;
  const say = options.json === true ? () => undefined : print;
  for (const slug of plan.settled) say(`${slug}: trunk and rule are as they should be`);
  if (dryRun) for (const step of plan.steps) say(`${step.clinic}: would ${stepText(step)}`);
  else await applySipPlan(plan.steps, sip, (step) => say(`${step.clinic}: done: ${stepText(step)}`));
  for (const { clinic, problem, remedy } of plan.problems) warn(`${clinic}: ${problem}: ${remedy}`);
  const twilio = twilioSteps(served);
  if (options.json === true) print(JSON.stringify({ agentName, dryRun, ...plan, twilio }, null, 2));
  else
    print(['', 'At Twilio, by hand:', ...twilio.map((line, index) => `  ${index + 1}. ${line}`)].join('\n'));
  return plan.problems.length === 0 ? ExitCode.ok : ExitCode.config;
}

/** What is done, as the end of a sentence; the same for what would be done. */
export function stepText(step: SipStep): string {
  switch (step.do) {
    case 'create_trunk':
      return `create the inbound trunk "${step.name}" for ${step.numbers.join(', ')}`;
    case 'add_numbers':
      return `add ${step.numbers.join(', ')} to the trunk "${step.name}"`;
    case 'create_rule':
      return `create the dispatch rule "${step.name}"`;
    case 'change_rule':
      return `change the dispatch rule "${step.name}": ${step.why.join(', and ')}`;
    default:
      return step satisfies never;
  }
}

/** The steps at Twilio, for an Elastic SIP Trunk: https://docs.livekit.io/telephony/start/providers/twilio */
export function twilioSteps(
  clinics: readonly Pick<ClinicProfile, 'slug' | 'numbers' | 'staff_number'>[],
): string[] {
  const numbers = clinics.flatMap((clinic) => clinic.numbers);
  const staff = clinics.some(({ staff_number }) => staff_number !== null);
  return [
    'Elastic SIP Trunking > Trunks: create one, or open the one you have.',
    'Origination > Origination SIP URI: sip:<project>.sip.livekit.cloud;transport=tcp, enabled, priority and weight 10. ' +
      '<project> is in LiveKit Cloud > Settings > Project > SIP URI; it is not the name in LIVEKIT_URL.',
    `Numbers: add ${numbers.length === 0 ? "the clinic's number" : numbers.join(', ')} to the trunk. A number that is no Twilio number is forwarded to one that is.`,
    `General > Call Transfer (SIP REFER): enabled, with PSTN transfer, and the transferee's number as caller ID. ${
      staff
        ? 'Without it nobody gets through to the front desk.'
        : 'No clinic has a staff_number yet, to which a call could go.'
    }`,
    'General > Call Recording: off. Clinics that record say so in recording_line.',
    'General > Secure Trunking: off, as our trunk has it. To encrypt calls, turn it on, allow media encryption on the trunk in LiveKit, and use ;transport=tls.',
    'Voice > Geographic permissions: allow the countries of the staff numbers, and no others.',
  ];
}
