import { calendarProblems } from '../clinic/calendar-problems.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import { nextShift, shiftAt } from '../clinic/hours.ts';
import { PLAN, SHIFT } from '../config/defaults.ts';
import { DOCTOR } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import { ERRORS, ExitCode, type OpenhoursError } from '../errors.ts';
import { planShift, taskTimeoutFor } from '../lifecycle/deadline.ts';
import type { Answer, Service } from './doctor-probes.ts';
import { stepText } from './provision.ts';
import type { SipPlan } from './sip-plan.ts';

/** What one check came to. */
export interface Finding {
  /** What was checked: `LiveKit`, `clock`. */
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  /** What to do; none where all is well. */
  readonly remedy?: string;
  /** What the command ends with, if this is the first failure; 1 where no exit code says more. */
  readonly exit?: number;
  /** Of a call: ms from its ring until the agent was there, and until its first sound. */
  readonly agentMs?: number;
  readonly soundMs?: number;
}

const KEYS: Readonly<Record<Service, { variables: string; address: string; needed: boolean }>> = {
  LiveKit: { variables: 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET', address: 'LIVEKIT_URL', needed: true },
  Supabase: { variables: 'SUPABASE_SERVICE_ROLE_KEY', address: 'SUPABASE_URL', needed: true },
  OpenAI: { variables: 'OPENAI_API_KEY', address: 'OPENAI_BASE_URL', needed: false },
  Deepgram: { variables: 'DEEPGRAM_API_KEY', address: 'DEEPGRAM_BASE_URL', needed: false },
};

/** Whether a service answers and takes our key. A vendor that is down is no failure: it may be back when the first call comes. */
export function keyFinding(service: Service, { status, sentAt, receivedAt }: Answer): Finding {
  const { variables, address, needed } = KEYS[service];
  if (status === 401 || status === 403) {
    return {
      check: service,
      verdict: 'fail',
      finding: `it refuses our key (${status})`,
      remedy: `Take ${variables} from this very project, and see that it is not revoked.`,
      exit: ExitCode.credentials,
    };
  }
  // A table that does not exist is the schema's matter.
  if (
    status !== undefined &&
    (status < 400 || status === 429 || (service === 'Supabase' && status === 404))
  ) {
    return { check: service, verdict: 'ok', finding: `it takes our key, in ${receivedAt - sentAt} ms` };
  }
  return {
    check: service,
    verdict: needed ? 'fail' : 'warn',
    finding: status === undefined ? 'it does not answer' : `it answers with ${status}`,
    remedy: `Check ${address}, the network, and the service's status page.`,
    ...(needed ? { exit: ExitCode.unavailable } : {}),
  };
}

/** An error of ours as a failure. */
export function errorFinding(check: string, { message, kind }: OpenhoursError): Finding {
  return { check, verdict: 'fail', finding: message, remedy: kind.remedy, exit: kind.exit };
}

/** Whether there are clinics to answer for, with hours, numbers and somebody to transfer to. */
export function clinicFindings(clinics: readonly ClinicProfile[], config: Config): Finding[] {
  const check = 'clinics';
  if (clinics.length === 0) {
    const which = config.clinic === undefined ? '' : ` and the slug ${config.clinic}`;
    return [
      {
        check,
        verdict: 'fail',
        finding: `none has the agent name ${config.livekit.agentName}${which}`,
        remedy: 'Apply a clinic’s file with that agent_name: `openhours clinic apply`; check CLINIC.',
        exit: ERRORS.CLINIC_UNKNOWN.exit,
      },
    ];
  }
  const wrong = clinics.flatMap((clinic) =>
    calendarProblems(clinic).map(({ problem, remedy }): Finding => {
      return { check, verdict: 'fail', finding: problem, remedy, exit: ERRORS.CALENDAR_INVALID.exit };
    }),
  );
  const lacking = clinics.flatMap(({ slug, numbers, staff_number, practitioners }): Finding[] => [
    ...lack(numbers.length === 0, `${slug}: it has no number`, 'Add numbers to its file, and apply that.'),
    ...lack(
      staff_number === null,
      `${slug}: callers who want a person cannot be transferred`,
      'Add staff_number to its file, and apply that.',
    ),
    ...lack(
      practitioners.every(({ services }) => services.length === 0),
      `${slug}: nobody offers a service, so nothing can be booked`,
      'Add practitioners with services to its file, and apply that.',
    ),
  ]);
  const findings = [...wrong, ...lacking];
  if (findings.length > 0) return findings;
  return [{ check, verdict: 'ok', finding: clinics.map(({ slug }) => slug).join(', ') }];
}

function lack(is: boolean, finding: string, remedy: string): Finding[] {
  return is ? [{ check: 'clinics', verdict: 'warn', finding, remedy }] : [];
}

/** Whether the platform leaves an execution the time for the present or the next shift. */
export function timeoutFinding(
  clinics: readonly ClinicProfile[],
  { taskTimeoutMs, shift: wish, environment }: Config,
  nowMs: number,
): Finding {
  const check = 'hours and TASK_TIMEOUT_S';
  const worked = clinics.filter((clinic) => calendarProblems(clinic).length === 0);
  const shift = shiftAt(worked, nowMs) ?? nextShift(worked, nowMs);
  if (shift === undefined) {
    return { check, verdict: 'warn', finding: 'no opening is in sight', remedy: 'Check hours and closures.' };
  }
  const when = `the shift from ${instant(shift.opensAt)} to ${instant(shift.closesAt)}`;
  if (shift.closesAt - shift.opensAt + SHIFT.graceMs >= PLAN.longestTaskMs) {
    const remedy = 'See that somebody starts the next execution: a relay needs one after the other.';
    return { check, verdict: 'warn', finding: `${when} is longer than any task may be`, remedy };
  }
  const neededS = taskTimeoutFor(shift);
  if (taskTimeoutMs === undefined) {
    const finding = `${when} needs ${neededS} s; nothing is said to end the task`;
    if (environment !== 'production') return { check, verdict: 'ok', finding };
    const remedy = `Where the platform ends tasks, set its timeout and TASK_TIMEOUT_S to ${neededS} or more.`;
    return { check, verdict: 'warn', finding, remedy };
  }
  // It throws for a timeout in which no call can be taken at all.
  planShift({ nowMs, processStartedMs: nowMs, calendars: worked, wish, taskTimeoutMs });
  const has = `${when} needs ${neededS} s, TASK_TIMEOUT_S is ${taskTimeoutMs / 1_000}`;
  if (neededS * 1_000 <= taskTimeoutMs) return { check, verdict: 'ok', finding: has };
  return {
    check,
    verdict: 'warn',
    finding: `${has}: several executions have to work it, one after the other`,
    remedy: `Raise the timeout of the job and TASK_TIMEOUT_S to ${neededS}, or see that somebody starts the next execution.`,
  };
}

/** Whether calls reach the agent through LiveKit. */
export function sipFindings({ steps, problems, settled }: SipPlan): Finding[] {
  const check = 'trunk and rule';
  const findings: Finding[] = [
    ...problems.map(({ clinic, problem, remedy }): Finding => {
      return { check, verdict: 'fail', finding: `${clinic}: ${problem}`, remedy: `${remedy}.`, exit: 1 };
    }),
    ...steps.map((step): Finding => {
      return {
        check,
        verdict: 'fail',
        finding: `${step.clinic}: LiveKit is not set up: ${stepText(step)}`,
        remedy: 'Run `openhours provision`.',
        exit: 1,
      };
    }),
  ];
  if (findings.length > 0) return findings;
  return [{ check, verdict: 'ok', finding: `calls to ${settled.join(', ')} reach the agent` }];
}

/**
 * How far a service's clock is ahead of ours, in ms; negative when ours is ahead. The least that explains what both showed: a header has whole
 * seconds, and an answer takes its time.
 */
export function clockSkewMs({ sentAt, receivedAt, date }: Answer): number | undefined {
  if (date === undefined) return undefined;
  if (date > receivedAt) return date - receivedAt;
  return Math.min(0, date + 1_000 - sentAt);
}

/** Whether our clock is that of the services: the middle one of what they say, so that one wrong server does not count. */
export function clockFinding(answers: readonly Answer[]): Finding {
  const check = 'clock';
  const skews = answers.map(clockSkewMs).filter((skew) => skew !== undefined);
  const skew = skews.toSorted((a, b) => a - b)[Math.floor((skews.length - 1) / 2)];
  if (skew === undefined) {
    return {
      check,
      verdict: 'warn',
      finding: 'no service says what time it is',
      remedy: 'See what else is wrong.',
    };
  }
  const amount = Math.abs(skew);
  const finding =
    amount <= DOCTOR.clockWarnMs
      ? 'it is that of the services'
      : `it is ${(amount / 1_000).toFixed(0)} s ${skew > 0 ? 'behind' : 'ahead of'} the services`;
  if (amount <= DOCTOR.clockWarnMs) return { check, verdict: 'ok', finding };
  const remedy = 'Synchronise this machine with a time server.';
  if (amount <= DOCTOR.clockFailMs) return { check, verdict: 'warn', finding, remedy };
  return { check, verdict: 'fail', finding, remedy, exit: 1 };
}

function instant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
