import type { ClinicProfile } from '../clinic/clinics.ts';
import { CANARY } from '../config/desk-defaults.ts';
import { ExitCode, isOpenhoursError } from '../errors.ts';
import type { CanaryClinic, CanaryFailure, CanaryResult } from './canary.ts';
import { type Finding, errorFinding } from './doctor-checks.ts';

const CHECK = 'call';

/**
 * Calls one clinic after the other, each at its first number. After a call that failed the others are left out: they would fail alike.
 * @param place Places one call; see `placeCanaryCall`.
 */
export async function callFindings(
  clinics: readonly Pick<ClinicProfile, 'slug' | 'numbers'>[],
  agentName: string,
  place: (clinic: CanaryClinic) => Promise<CanaryResult>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { slug, numbers } of clinics) {
    const [number] = numbers;
    if (number === undefined) continue; // that it has none is said already
    const finding = await place({ slug, number }).then(
      (result) => callFinding(slug, agentName, result),
      (error: unknown) => {
        if (!isOpenhoursError(error)) throw error;
        return errorFinding(CHECK, error);
      },
    );
    findings.push(finding);
    if (finding.verdict === 'fail') return findings;
  }
  return findings.length > 0 ? findings : [notCalled('no clinic has a number')];
}

/** A call that was asked for and not made. */
export function notCalled(why: string): Finding {
  return {
    check: CHECK,
    verdict: 'warn',
    finding: `none was made: ${why}`,
    remedy: 'See what else is wrong.',
  };
}

/** What a canary call came to. */
export function callFinding(clinic: string, agentName: string, result: CanaryResult): Finding {
  if (!('failure' in result)) {
    const { agentMs, soundMs } = result;
    const finding = `${clinic}: the agent came ${agentMs} ms after the ring, its first sound ${soundMs} ms after it`;
    return { check: CHECK, verdict: 'ok', finding, agentMs, soundMs };
  }
  const { what, remedy } = describe(result.failure, agentName);
  const exit = result.failure === 'no_worker' ? ExitCode.unavailable : 1;
  return { check: CHECK, verdict: 'fail', finding: `${clinic}: ${what}`, remedy, exit };
}

function describe(failure: CanaryFailure, agentName: string): { what: string; remedy: string } {
  switch (failure) {
    case 'no_worker':
      return {
        what: `no worker named ${agentName} took the call within ${CANARY.agentMs / 1_000} s`,
        remedy:
          'Start `openhours worker` with this LIVEKIT_URL and LIVEKIT_AGENT_NAME, outside the hours with `--for 10m`, and see at its /ready that it takes calls.',
      };
    case 'never_came':
      return {
        what: 'a worker took the call, and its process did not come',
        remedy: 'Look for errors in the worker’s log: its machine is overloaded, or the process broke.',
      };
    case 'silent':
      return {
        what: `the agent came and was silent for ${CANARY.soundMs / 1_000} s`,
        remedy: 'Look for errors of the voice in the worker’s log, and check SPEAK_PROVIDERS and their keys.',
      };
    case 'hung_up':
      return {
        what: 'the agent hung up before it had spoken',
        remedy: 'Look up outcome and reason of the latest row of `calls`; docs/calls.md says what they mean.',
      };
    default:
      return failure satisfies never;
  }
}
