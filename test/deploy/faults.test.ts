import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy } from '../../src/commands/deploy.ts';
import { GCLOUD } from './gcloud-env.ts';
import type { Fault } from './google.ts';
import { REQUEST, type Scene, openScene } from './scene.ts';

/** What goes wrong in the middle, where, and how the run says so. */
interface Row {
  readonly what: string;
  readonly fault: Fault;
  readonly code: string;
  readonly says: readonly RegExp[];
}

const ROWS: readonly Row[] = [
  {
    what: '403 where a secret is shared with the worker',
    fault: { service: 'secretmanager', path: /openai-api-key:setIamPolicy$/, status: 403, times: Infinity },
    code: 'CLOUD_REFUSED',
    says: [/^gcloud secrets add-iam-policy-binding openhours-prod-openai-api-key failed/, /ask an owner/],
  },
  {
    what: '409 where the scheduler may start the job',
    fault: {
      service: 'run',
      path: /jobs\/openhours-worker-prod:setIamPolicy$/,
      status: 409,
      times: Infinity,
    },
    code: 'CLOUD_BUSY',
    says: [/\(5 tries\)/, /somebody else is changing it/],
  },
  {
    what: '429 where an entry of the schedule is made',
    fault: { service: 'cloudscheduler', method: 'POST', status: 429, times: Infinity },
    code: 'CLOUD_BUSY',
    says: [/^gcloud scheduler jobs create http/, /a quota of the project/],
  },
  {
    what: '500 where the job is made',
    fault: { service: 'run', method: 'POST', path: /\/jobs$/, status: 500, times: Infinity },
    code: 'CLOUD_BUSY',
    says: [/^gcloud run jobs replace/, /status\.cloud\.google\.com/],
  },
];

const title = GCLOUD ? 'a deployment that is stopped in the middle' : 'NOT RUN: gcloud is not installed';

describe.runIf(GCLOUD)(title, () => {
  let scene: Scene;
  /** Everything, as a deployment that nothing stopped leaves it. */
  let whole: string[];
  let restore: () => void;
  const keys = () => [...scene.google.state.things.keys(), ...scene.google.state.policies.keys()];

  beforeAll(async () => {
    scene = await openScene();
    const { error } = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(error).toBeUndefined();
    whole = keys().toSorted();
    const { state } = scene.google;
    // What the rows are about is not there yet.
    const place = `projects/${state.project}/locations/us-central1/jobs`;
    state.remove(`run:${place}/openhours-worker-prod`);
    state.remove(`cloudscheduler:${place}/openhours-prod-open-1000-sat`);
    state.policies.delete(`secretmanager:projects/${state.number}/secrets/openhours-prod-openai-api-key`);
    restore = state.save();
  }, 180_000);
  afterAll(() => scene.close());

  test.each(ROWS)('$what: it says so, and the next run completes', { timeout: 240_000 }, async (row) => {
    const { google } = scene;
    restore();
    google.fail(row.fault);
    const stopped = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(stopped.error?.code).toBe(row.code);
    for (const part of row.says) expect(stopped.error?.message).toMatch(part);
    expect(keys().toSorted()).not.toEqual(whole);
    google.recover();
    const next = await scene.tell((deps) => deploy(REQUEST, false, deps));
    expect(next.error).toBeUndefined();
    expect(keys().toSorted()).toEqual(whole);
    expect(google.strays).toEqual([]);
  });
});
