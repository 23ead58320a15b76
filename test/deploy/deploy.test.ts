import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, destroy } from '../../src/commands/deploy.ts';
import { GCLOUD } from './gcloud-env.ts';
import { sameAsGolden } from './golden.ts';
import { type Scene, SECRETS, openScene } from './scene.ts';

const REQUEST = { env: 'prod', tag: 'v1', clinicFile: 'examples/clinic.yaml' };
const title = GCLOUD ? 'a deployment, with the real gcloud' : 'NOT RUN: gcloud is not installed';

describe.runIf(GCLOUD)(title, () => {
  let scene: Scene;
  beforeAll(async () => (scene = await openScene()));
  afterAll(() => scene.close());

  test('a plan shows every command and touches nothing', { timeout: 60_000 }, async () => {
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, true, deps));
    expect(error).toBeUndefined();
    expect(scene.google.changes()).toEqual([]);
    expect(lines.join('\n')).toContain('gcloud run jobs replace -');
    expect(lines.at(-1)).toContain('nothing was touched');
  });

  test('the whole of prod is made, request for request', { timeout: 180_000 }, async () => {
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error).toBeUndefined();
    expect(lines.at(-1)).toMatch(/\d+ changes made/);
    await sameAsGolden('job-prod', scene.google.changes());
    for (const value of Object.values(SECRETS)) expect(lines.join('\n')).not.toContain(value);
  });

  test('a second apply changes nothing and says so', { timeout: 60_000 }, async () => {
    scene.google.forget();
    const { lines, error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error).toBeUndefined();
    expect(scene.google.changes()).toEqual([]);
    expect(lines.at(-1)).toBe('nothing to change: everything is as the settings say');
  });

  test('destroy leaves nothing of ours', { timeout: 120_000 }, async () => {
    const { error } = await scene.tell((deps) => destroy({ env: 'prod', yes: true }, deps));
    expect(error).toBeUndefined();
    expect([...scene.google.state.things.keys()].filter((key) => key.includes('openhours-prod'))).toEqual([]);
  });

  test('nothing was asked of any other host', () => {
    expect(scene.google.strays).toEqual([]);
  });
});
