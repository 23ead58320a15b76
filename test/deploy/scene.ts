import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployDeps } from '../../src/commands/deploy-deps.ts';
import { deployDeps } from '../../src/commands/deploy-deps.ts';
import { type RunProgram, gcloudDeps, gcloudVersion, makeGcloud } from '../../src/deploy/gcloud-process.ts';
import { permissionsAsker } from '../../src/deploy/permissions.ts';
import { isOpenhoursError } from '../../src/errors.ts';
import { GCLOUD, gcloudEnv } from './gcloud-env.ts';
import { preloadGcloud } from './gcloud-preloaded.ts';
import { type Google, startGoogle } from './google.ts';

/** Made-up values of everything that is secret. */
export const SECRETS: Readonly<Record<string, string>> = {
  LIVEKIT_URL: 'wss://openhours-test.livekit.cloud',
  LIVEKIT_API_KEY: 'APIkeyOfNobody',
  LIVEKIT_API_SECRET: 'livekit-secret-of-nobody-that-is-long-enough',
  SUPABASE_URL: 'https://abcdefghijklmnop.supabase.co',
  SUPABASE_SERVICE_ROLE_KEY: 'supabase-key-of-nobody',
  OPENAI_API_KEY: 'sk-openai-key-of-nobody',
  DEEPGRAM_API_KEY: 'deepgram-key-of-nobody',
};

/** What is asked for: prod, with the hours of the sample clinic. */
export const REQUEST = { env: 'prod', tag: 'v1', clinicFile: 'examples/clinic.yaml' };

/** A run of `openhours deploy …` in a test: its lines, and the error that ended it. */
export interface Told {
  readonly lines: readonly string[];
  readonly error: { code: string; message: string } | undefined;
}

/** The stand-in with the real gcloud pointed at it, and the deploying code over both. */
export interface Scene {
  readonly google: Google;
  readonly run: RunProgram;
  /** Runs a command of `openhours deploy`; waits between tries take no time. */
  tell(command: (deps: DeployDeps) => Promise<unknown>, overrides?: Partial<DeployDeps>): Promise<Told>;
  close(): Promise<void>;
}

/** Makes one. The process's own variables are the scene's until it is closed. */
export async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'openhours-deploy-'));
  const google = await startGoogle();
  const env = gcloudEnv(google, folder);
  const before = { ...process.env };
  const ours = {
    ...env,
    GOOGLE_CLOUD_PROJECT: google.state.project,
    // What Cloud Build would be sent goes through this folder.
    TMPDIR: folder,
  };
  Object.assign(process.env, ours);
  for (const name of Object.keys(SECRETS)) delete process.env[name];
  const gcloud = await preloadGcloud(GCLOUD ?? 'gcloud', folder);
  const { run } = gcloud;
  const client = (project?: string) => ({ ...gcloudDeps(project), run });
  return {
    google,
    run,
    tell: async (command, overrides) => {
      const lines: string[] = [];
      const deps: DeployDeps = {
        ...deployDeps(),
        environment: SECRETS,
        gcloudVersion: () => gcloudVersion(client()),
        askPermissions: (project) => permissionsAsker(client(project)),
        gcloud: (project) =>
          makeGcloud({
            ...client(project),
            sleep: () => Promise.resolve(),
            onRetry: (line) => lines.push(line),
          }),
        // Sunday noon in Karachi: the week's openings are ahead.
        nowMs: () => Date.parse('2026-11-22T07:00:00Z'),
        print: (line) => lines.push(...line.split('\n')),
        warn: (line) => lines.push(...line.split('\n')),
        ...overrides,
      };
      try {
        await command(deps);
        return { lines, error: undefined };
      } catch (error) {
        if (!isOpenhoursError(error)) throw error;
        return { lines, error: { code: error.code, message: error.message } };
      }
    },
    close: async () => {
      await gcloud.close();
      await google.close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      rmSync(folder, { recursive: true });
    },
  };
}
