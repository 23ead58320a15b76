import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../src/config/paths.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  environment?: string;
  'runs-on'?: string;
  if?: string;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const FOLDER = join(projectRoot(), '.github', 'workflows');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const workflow = (file: string) => parse(read(file)) as Workflow;
const files = readdirSync(FOLDER);

describe.each(files)('%s', (file) => {
  const { permissions, jobs, on } = workflow(file);

  test('may read the repository and no more, but for the token that is exchanged at Google', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      const allowed = { contents: 'read', 'id-token': 'write' };
      for (const [name, right] of Object.entries(job.permissions ?? {}))
        expect(allowed[name as keyof typeof allowed]).toBe(right);
    }
  });

  test('has a time limit for each job, on a runner whose version is named', () => {
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
      expect(job['runs-on']).toMatch(/-\d+\.\d+$/);
    }
  });

  test('names actions by the commit, and beside it the version', () => {
    const uses = read(file).match(/^.*uses:.*$/gm) ?? [];
    expect(uses.length).toBeGreaterThan(2);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('holds no key, and puts nothing that others can write into a shell', () => {
    expect(read(file)).not.toMatch(/secrets\.|credentials_json|BEGIN [A-Z ]*PRIVATE|AIza/);
    // An untrusted pull request would run with the rights of the branch.
    expect(Object.keys(on)).not.toContain('pull_request_target');
    for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps))
      expect(run ?? '').not.toContain('${{');
  });

  test('leaves no credentials of the checkout behind', () => {
    const checkouts = Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });
});

test('CI runs what a developer runs, with the oldest Node that the package allows', () => {
  const { jobs } = workflow('ci.yml');
  expect(jobs['test']?.steps.at(-1)?.run).toBe('./scripts/test');
  const { engines } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const oldest = engines.node.replace('>=', '').split('.').slice(0, 2).join('.');
  expect(read('ci.yml')).toContain(`node: ['${oldest}',`);
});

test('pull requests plan and never apply, forks do neither; applying waits for the environment, one run at a time', () => {
  const { plan, apply } = workflow('deploy.yml').jobs;
  expect(plan?.if).toContain("github.event_name == 'pull_request'");
  expect(plan?.if).toContain('head.repo.full_name == github.repository');
  expect(plan?.steps.some(({ run }) => run?.includes('deploy apply'))).toBe(false);
  expect(apply?.if).toBe("github.event_name != 'pull_request'");
  expect(apply?.environment).toContain("|| 'prod'");
  expect(apply?.concurrency).toEqual({
    group: `deploy-\${{ inputs.env || 'prod' }}`,
    'cancel-in-progress': false,
  });
});
