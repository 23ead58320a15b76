import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Google } from './google.ts';

const SERVICES = [
  ...['run', 'cloudscheduler', 'secretmanager', 'artifactregistry', 'iam', 'cloudresourcemanager'],
  ...['serviceusage', 'cloudbuild', 'storage', 'logging', 'monitoring'],
];

/** Where the real gcloud is; undefined where it is not installed. */
export const GCLOUD = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'gcloud'))
  .find((path) => existsSync(path));

/**
 * The environment in which the real gcloud talks to the stand-in and to nothing else: an empty configuration in `folder`, a made-up token, the
 * stand-in for its proxy, and addresses that only the stand-in answers. The variables of the caller's own gcloud are left out.
 */
export function gcloudEnv(
  { port, certificate, state }: Pick<Google, 'port' | 'certificate' | 'state'>,
  folder: string,
): Record<string, string> {
  const config = join(folder, 'gcloud');
  mkdirSync(config, { recursive: true });
  const trusted = join(folder, 'google.pem');
  writeFileSync(trusted, certificate);
  // Without it the first command of a configuration looks for updates and asks for a survey.
  writeFileSync(join(config, '.last_survey_prompt.yaml'), `last_prompt_time: ${Date.now() / 1000}\n`);
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(CLOUDSDK|GOOGLE|GCLOUD)_|^(https?|all|no)_proxy$/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(own),
    CLOUDSDK_CONFIG: config,
    CLOUDSDK_CORE_PROJECT: state.project,
    CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: trusted,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_CORE_DISABLE_FILE_LOGGING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: '1',
    CLOUDSDK_AUTH_ACCESS_TOKEN: 'fake',
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: String(port),
    ...Object.fromEntries(
      SERVICES.map((name) => [
        `CLOUDSDK_API_ENDPOINT_OVERRIDES_${name.toUpperCase()}`,
        `http://${name}.emu.test/`,
      ]),
    ),
  };
}

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or for 60 s; `input` goes to its standard input. */
export function run(
  program: string,
  args: readonly string[],
  options: { env: Record<string, string>; input?: string; cwd?: string },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      { env: options.env, cwd: options.cwd, timeout: 60_000, maxBuffer: 8 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined); // a command that does not read it
    child.stdin?.end(options.input ?? '');
  });
}
