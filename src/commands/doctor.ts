import { type ClinicProfile, findClinics } from '../clinic/clinics.ts';
import { checkDatabase, openDatabase } from '../clinic/database.ts';
import { type Config, type ConfigProblem, loadConfig } from '../config/load.ts';
import { ExitCode, isOpenhoursError } from '../errors.ts';
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
    nowMs: Date.now,
    print: (line) => process.stdout.write(`${line}\n`),
  };
}

/** What only a call shows. */
const NOT_CHECKED = ['a call through the trunk: ring the clinic, or `openhours demo` for the local stack'];

/**
 * Checks everything that a worker needs before its first call, and says for each what to do. Nothing is changed anywhere. With `json` one
 * document: `{findings, notChecked}`.
 * @returns 0 when nothing failed, however much there is to warn of; else 78, 77 or 69 where the first failure is one of these, and 1 for the rest.
 */
export async function runDoctor(options: { json?: boolean }, deps: DoctorDeps): Promise<number> {
  const findings = await examine(deps);
  if (options.json === true) deps.print(JSON.stringify({ findings, notChecked: NOT_CHECKED }, null, 2));
  else deps.print(describe(findings).join('\n'));
  const failure = findings.find(({ verdict }) => verdict === 'fail');
  return failure === undefined ? ExitCode.ok : (failure.exit ?? 1);
}

async function examine(deps: DoctorDeps): Promise<Finding[]> {
  const config = readConfig(deps);
  if (Array.isArray(config)) return config;
  const answers = await Promise.all(
    SERVICES.map(async (service) => [service, await deps.probe(service, config)] as const),
  );
  const keys = answers.map(([service, answer]) => keyFinding(service, answer));
  const failed = new Set(keys.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check));
  return [
    { check: 'configuration', verdict: 'ok', finding: 'every variable can be used' },
    ...keys,
    ...(failed.has('Supabase') ? [] : await examineData(deps, config, failed.has('LiveKit'))),
    clockFinding(answers.map(([, answer]) => answer)),
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
async function examineData(deps: DoctorDeps, config: Config, liveKitFailed: boolean): Promise<Finding[]> {
  const schema = await attempt('schema', async () => {
    await deps.checkSchema(config);
    return [{ check: 'schema', verdict: 'ok', finding: 'it is as new as this version needs' }];
  });
  if (schema.some(({ verdict }) => verdict === 'fail')) return schema;
  let clinics: ClinicProfile[] = [];
  const known = await attempt('clinics', async () => {
    clinics = await deps.clinics(config);
    return clinicFindings(clinics, config);
  });
  if (clinics.length === 0) return [...schema, ...known];
  return [
    ...schema,
    ...known,
    ...(await attempt('hours and TASK_TIMEOUT_S', async () => [
      timeoutFinding(clinics, config, deps.nowMs()),
    ])),
    ...(liveKitFailed ? [] : await examineSip(deps, config, clinics)),
  ];
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

function describe(findings: readonly Finding[]): string[] {
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
    ...NOT_CHECKED.map((what) => `Not checked: ${what}`),
  ];
}
