import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Checkout, makeCheckout } from './checkout.ts';
import { GCLOUD, run } from './gcloud-env.ts';
import { type Scene, SECRETS, openScene } from './scene.ts';

const title = GCLOUD ? 'the scripts, as they are typed' : 'NOT RUN: gcloud is not installed';

/** What is typed wrongly, and how it is said. */
const WRONG: readonly { typed: string; says: RegExp }[] = [
  {
    typed: 'scripts/deploy-worker.sh',
    says: /^usage: scripts\/deploy-worker\.sh dev\|staging\|prod \[--plan\]/,
  },
  {
    typed: 'scripts/deploy-gateway.sh production --plan --tag v1',
    says: /"production".*dev, staging, prod/s,
  },
  {
    typed: 'npm run --silent cloud:status -- production',
    says: /^usage: npm run cloud:status -- dev\|staging\|prod/,
  },
];

describe.runIf(GCLOUD)(title, () => {
  let scene: Scene;
  let checkout: Checkout;
  const typed = (line: string, env: Record<string, string> = {}) => {
    const [program = '', ...args] = line.split(' ');
    const all = { ...(process.env as Record<string, string>), ...SECRETS, ...env };
    return run(program, args, { cwd: checkout.folder, env: all });
  };

  beforeAll(async () => {
    checkout = makeCheckout();
    scene = await openScene();
  }, 60_000);
  afterAll(async () => {
    await scene.close();
    checkout.remove();
  });
  beforeEach(() => scene.google.forget());

  test('deploy-worker.sh --plan shows what would be made', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await typed(
      'scripts/deploy-worker.sh prod --plan --tag v1 --clinic-file examples/clinic.yaml',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^prod: worker as job, image v1, in openhours-test, us-central1\n/);
    expect(stdout).toContain('+ create job openhours-worker-prod\n      gcloud run jobs replace - <<');
    expect(stdout).toMatch(/\d+ changes to make; nothing was touched: .*deploy apply --env prod/);
    for (const value of Object.values(SECRETS)) expect(stdout).not.toContain(value);
    expect(scene.google.requests).not.toEqual([]);
    expect(scene.google.changes()).toEqual([]);
  });

  test('deploy-gateway.sh --plan shows what would be made', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await typed('scripts/deploy-gateway.sh prod --plan --tag v1');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^prod: gateway, image v1, in openhours-test, us-central1\n/);
    expect(stdout).toContain(
      '+ create service openhours-gateway-prod\n      gcloud run services replace - <<',
    );
    expect(stdout).not.toContain('OPENAI');
    expect(scene.google.changes()).toEqual([]);
  });

  test('npm run cloud:status says what is not deployed, and how to', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await typed('npm run --silent cloud:status -- prod');
    expect(code).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /CLOUD_NOT_FOUND.*a worker of prod is not in openhours-test.*deploy apply --env prod/s,
    );
    expect(scene.google.changes()).toEqual([]);
  });

  test.each(WRONG)(
    '$typed: refused with what is wrong',
    { timeout: 60_000 },
    async ({ typed: line, says }) => {
      const { code, stdout, stderr } = await typed(line);
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(says);
      expect(scene.google.requests).toEqual([]);
    },
  );

  test.each(['scripts/deploy-worker.sh prod --plan', 'npm run --silent cloud:logs -- prod'])(
    '%s: without a build it is said how to make one',
    { timeout: 60_000 },
    async (line) => {
      const [dist, away] = ['dist', 'away'].map((name) => join(checkout.folder, name)) as [string, string];
      renameSync(dist, away);
      const { code, stdout, stderr } = await typed(line).finally(() => renameSync(away, dist));
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toBe('The program is not built: run `npm ci && npm run build` first.\n');
    },
  );

  test('nothing was asked of any other host', () => {
    expect(scene.google.strays).toEqual([]);
  });
});
