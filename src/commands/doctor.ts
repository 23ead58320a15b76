import { type ClinicProfile, findClinics } from '../clinic/clinics.ts';
import { checkDatabase, openDatabase } from '../clinic/database.ts';
import { type Config, type ConfigProblem, loadConfig } from '../config/load.ts';
import { ExitCode, isOpenhoursError } from '../errors.ts';
import type { CanaryClinic, CanaryResult } from './canary.ts';
import { callFindings, notCalled } from './doctor-call.ts';
import {
  type Finding,
  clinicFindings,
  clockFinding,
  errorFinding,
  keyFinding,
  sipFindings,
  timeoutFinding,
} from './doctor-checks.ts';
import { type Answer, SERVICES, type Service, probe } from './doctor-probes.ts';
import { LiveKitSip } from './sip-directory.ts';
import { type SipDirectory, planSip } from './sip-plan.ts';

/** What the doctor looks at; tests pass their own. */
export interface DoctorDeps {
  readonly config: () => Config;
  readonly probe: (service: Service, config: Config) => Promise<Answer>;
  readonly checkSchema: (config: Config) => Promise<void>;
  readonly clinics: (config: Config) => Promise<ClinicProfile[]>;
  readonly sip: (config: Config) => Pick<SipDirectory, 'trunks' | 'rules'>;
  /** A canary call; see `placeCanaryCall`. */
  readonly call: (config: Config, clinic: CanaryClinic) => Promise<CanaryResult>;
  readonly nowMs: () => number;
  readonly print: (line: string) => void;
}

/** The services of the environment's variables. */
export function doctorDeps(): DoctorDeps {
  return {
    config: () => loadConfig(),
    probe,
    checkSchema: ({ supabase }) => checkDatabase(openDatabase(supabase)),
    clinics: ({ supabase, livekit, clinic }) =>
      findClinics(openDatabase(supabase), livekit.agentName, clinic),
    sip: ({ livekit }) => new LiveKitSip(livekit),
    call: async (config, clinic) => {
      const { canaryDeps, placeCanaryCall } = await import('./canary.ts');
      return await placeCanaryCall(config, clinic, canaryDeps(config));
    },
    nowMs: Date.now,
    print: (line) => process.stdout.write(`${line}\n`),
  };
}

/** What is asked of the doctor. */
export interface DoctorOptions {
  readonly json?: boolean;
  readonly call?: boolean;
}

const THE_TRUNK = 'the way from the telephone to LiveKit: ring the clinic';
const A_CALL = 'a call: `openhours doctor --call` while a worker is open';

/**
 * Checks everything that a worker needs before its first call, and says for each what to do. Nothing is changed anywhere, but with `call` the
 * clinics are called, which leaves a row of `calls` each. With `json` one document: `{findings, notChecked}`.
 * @returns 0 when nothing failed, however much there is to warn of; else 78, 77 or 69 where the first failure is one of these, and 1 for the rest.
 */
export async function runDoctor(options: DoctorOptions, deps: DoctorDeps): Promise<number> {
  const findings = await examine(options, deps);
  const notChecked = options.call === true ? [THE_TRUNK] : [A_CALL, THE_TRUNK];
  if (options.json === true) deps.print(JSON.stringify({ findings, notChecked }, null, 2));
  else deps.print(describe(findings, notChecked).join('\n'));
  const failure = findings.find(({ verdict }) => verdict === 'fail');
  return failure === undefined ? ExitCode.ok : (failure.exit ?? 1);
}

async function examine(options: DoctorOptions, deps: DoctorDeps): Promise<Finding[]> {
  const config = readConfig(deps);
  if (Array.isArray(config)) return config;
  const answers = await Promise.all(
    SERVICES.map(async (service) => [service, await deps.probe(service, config)] as const),
  );
  const keys = answers.map(([service, answer]) => keyFinding(service, answer));
  const failed = new Set(keys.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check));
  const data = failed.has('Supabase')
    ? { clinics: [], findings: [] }
    : await examineData(deps, config, failed.has('LiveKit'));
  const callable = failed.has('LiveKit') ? [] : data.clinics;
  return [
    { check: 'configuration', verdict: 'ok', finding: 'every variable can be used' },
    ...keys,
    ...data.findings,
    clockFinding(answers.map(([, answer]) => answer)),
    ...(options.call === true ? await examineCall(deps, config, callable) : []),
  ];
}

function readConfig({ config }: DoctorDeps): Config | Finding[] {
  try {
    return config();
  } catch (error) {
    if (!isOpenhoursError(error, 'CONFIG_INVALID')) throw error;
    const problems = error.details['problems'] as readonly ConfigProblem[];
    return problems.map(({ variable, problem }) => ({
      check: 'configuration',
      verdict: 'fail',
      finding: `${variable} ${problem}`,
      remedy: `Set ${variable} (docs/configuration.md), or \`source .openhours/dev.env\`; the other checks need it.`,
      exit: ExitCode.config,
    }));
  }
}

/** What stands in the database, and what follows from it. */
async function examineData(
  deps: DoctorDeps,
  config: Config,
  liveKitFailed: boolean,
): Promise<{ clinics: ClinicProfile[]; findings: Finding[] }> {
  const schema = await attempt('schema', async () => {
    await deps.checkSchema(config);
    return [{ check: 'schema', verdict: 'ok', finding: 'it is as new as this version needs' }];
  });
  let clinics: ClinicProfile[] = [];
  if (schema.some(({ verdict }) => verdict === 'fail')) return { clinics, findings: schema };
  const known = await attempt('clinics', async () => {
    clinics = await deps.clinics(config);
    return clinicFindings(clinics, config);
  });
  if (clinics.length === 0) return { clinics, findings: [...schema, ...known] };
  const timeout = await attempt('hours and TASK_TIMEOUT_S', async () => [
    timeoutFinding(clinics, config, deps.nowMs()),
  ]);
  const sip = liveKitFailed ? [] : await examineSip(deps, config, clinics);
  return { clinics, findings: [...schema, ...known, ...timeout, ...sip] };
}

async function examineCall(deps: DoctorDeps, config: Config, clinics: ClinicProfile[]): Promise<Finding[]> {
  if (clinics.length === 0) return [notCalled('LiveKit and a clinic are needed')];
  return await callFindings(clinics, config.livekit.agentName, (clinic) => deps.call(config, clinic));
}

async function examineSip(deps: DoctorDeps, config: Config, clinics: ClinicProfile[]): Promise<Finding[]> {
  const findings = await attempt('trunk and rule', async () => {
    const sip = deps.sip(config);
    const [trunks, rules] = await Promise.all([sip.trunks(), sip.rules()]);
    return sipFindings(planSip(config.livekit.agentName, clinics, trunks, rules));
  });
  if (config.environment !== 'development') return findings;
  // The local LiveKit has no SIP service, and its callers need none.
  return findings.map(({ check, verdict, finding, remedy }) => ({
    check,
    verdict: verdict === 'fail' ? 'warn' : verdict,
    finding,
    ...(remedy === undefined ? {} : { remedy }),
  }));
}

async function attempt(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!isOpenhoursError(error)) throw error;
    return [errorFinding(check, error)];
  }
}

function describe(findings: readonly Finding[], notChecked: readonly string[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, verdict, finding, remedy }) => [
    `${verdict.padEnd(4)}  ${check.padEnd(width)}  ${finding}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(width + 8)}${remedy}`]),
  ]);
  const of = (wanted: Finding['verdict']) => findings.filter(({ verdict }) => verdict === wanted).length;
  return [
    ...lines,
    '',
    `${of('ok')} ok, ${of('warn')} to warn of, ${of('fail')} failed`,
    ...notChecked.map((what) => `Not checked: ${what}`),
  ];
}
