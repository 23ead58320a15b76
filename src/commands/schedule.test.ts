import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { projectRoot } from '../config/paths.ts';
import { loadEnvironment } from '../deploy/environments.ts';
import type { Gcloud, GcloudCommand } from '../deploy/gcloud.ts';
import type { NamedCalendar } from '../deploy/schedule-days.ts';
import { ExitCode } from '../errors.ts';
import { type ScheduleDeps, applySchedule, scheduleDeps, showSchedule } from './schedule.ts';

const SAMPLE = join(projectRoot(), 'examples', 'clinic.yaml');
const ADDRESS =
  'https://run.googleapis.com/v2/projects/invented-project/locations/us-central1/jobs/openhours-worker-prod:run';

/** Cloud Scheduler, as far as gcloud shows it. */
function makeScheduler(names: readonly string[] = []) {
  const entries = new Map<string, Record<string, unknown>>(names.map((name) => [name, { name }]));
  const done: GcloudCommand[] = [];
  const gcloud: Gcloud = {
    read: async () => [...entries.values()],
    find: async () => [...entries.values()],
    change: async (command) => {
      done.push(command);
      const [, , verb = '', ...rest] = command.args;
      const name = rest[verb === 'create' || verb === 'update' ? 1 : 0] ?? '';
      if (verb === 'delete') return void entries.delete(name);
      const flag = (of: string) => rest.find((arg) => arg.startsWith(`--${of}=`))?.slice(of.length + 3);
      entries.set(name, {
        name: `projects/invented-project/locations/us-central1/jobs/${name}`,
        schedule: flag('schedule'),
        timeZone: flag('time-zone'),
        description: flag('description'),
        state: 'ENABLED',
        attemptDeadline: flag('attempt-deadline'),
        retryConfig: {
          retryCount: Number(flag('max-retry-attempts')),
          minBackoffDuration: flag('min-backoff'),
          maxBackoffDuration: flag('max-backoff'),
        },
        httpTarget: {
          uri: flag('uri'),
          httpMethod: 'POST',
          oauthToken: { serviceAccountEmail: flag('oauth-service-account-email') },
        },
      });
    },
  };
  return { entries, done, gcloud };
}

function makeDeps(overrides: Partial<ScheduleDeps> = {}) {
  const printed: string[] = [];
  const warned: string[] = [];
  const deps: ScheduleDeps = {
    settings: (env) => loadEnvironment(env, undefined, { GOOGLE_CLOUD_PROJECT: 'invented-project' }),
    readText: (file) => readFile(file, 'utf8'),
    clinics: async () => [],
    gcloud: async () => makeScheduler().gcloud,
    nowMs: () => Date.parse('2026-12-20T10:00:00Z'),
    print: (line) => void printed.push(line),
    warn: (line) => void warned.push(line),
    ...overrides,
  };
  return { deps, printed, warned, text: () => printed.join('\n') };
}

const PLAN = { env: 'prod', clinicFile: SAMPLE };

describe('schedule plan', () => {
  test('draws the week and says for each day what starts when, and why nothing does', async () => {
    const { deps, text } = makeDeps();
    expect(await showSchedule(PLAN, deps)).toBe(ExitCode.ok);
    const lines = text().split('\n');
    const entry = lines.find((line) => line.startsWith('  openhours-prod-open-0900-mon-fri'));
    expect(entry?.split(/ {2,}/).slice(2)).toEqual([
      '0 9 * * 1-5',
      '55 8 * * 1-5',
      'Asia/Karachi',
      'opening at 09:00, Mon–Fri',
    ]);
    expect(lines).toContain(`  Mon  ${'·'.repeat(17)}▸${'█'.repeat(16)}${'·'.repeat(14)}`);
    expect(lines).toContain(`  Sun  ${'·'.repeat(48)}`);
    const of = (date: string) => {
      const at = lines.findIndex((line) => line.includes(date));
      return lines.slice(at, at + 2);
    };
    expect(of('2026-12-21')).toEqual([
      '  Mon 2026-12-21  open 09:00–17:00',
      '      08:55 (03:55 UTC)  openhours-prod-open-0900-mon-fri opens',
    ]);
    expect(of('2026-12-25')).toEqual([
      '  Fri 2026-12-25  closed: Quaid-e-Azam Day',
      '      08:55 (03:55 UTC)  openhours-prod-open-0900-mon-fri leaves at once, nothing opens then',
    ]);
    expect(of('2026-12-27')[0]).toBe('  Sun 2026-12-27  closed: closed on Sundays');
    expect(of('2026-12-31')[0]).toBe('  Thu 2026-12-31  open 09:00–13:00 (Year-end stocktaking)');
    expect(text()).toContain('a task timeout of 29715 s (8 h 15 min 15 s)');
  });

  test('without a lead the entries are at the openings', async () => {
    const { deps, printed } = makeDeps();
    await showSchedule({ ...PLAN, lead: '0', json: true }, deps);
    const { entries, days, ...rest } = JSON.parse(printed[0] ?? '') as Record<string, unknown[]>;
    expect(entries).toMatchObject([{ cron: '0 9 * * 1-5' }, { cron: '0 10 * * 6' }]);
    expect(days).toHaveLength(14);
    expect(days?.[1]).toMatchObject({
      date: '2026-12-21',
      shifts: [{ opens: '09:00', closes: '17:00' }],
      starts: [{ at: '2026-12-21T04:00:00.000Z', local: '09:00', does: 'opens' }],
    });
    expect(rest).toMatchObject({ job: 'openhours-worker-prod', address: ADDRESS, leadMinutes: 0 });
  });

  test('a clinic that never closes has relays', async () => {
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
    const clinic: NamedCalendar = {
      ...{ slug: 'always', name: 'Always (sample)', time_zone: 'Asia/Karachi' },
      ...{ hours, closures: [] },
    };
    const { deps, text } = makeDeps({ clinics: async () => [clinic] });
    await showSchedule({ env: 'prod' }, deps);
    expect(text()).toContain('  Mon 2026-12-21  open all day');
    expect(text()).toContain('      04:00 (23:00 UTC)  openhours-prod-relay-1100-daily-utc relays');
  });

  test('a calendar that is wrong is said with its remedy', async () => {
    const clinic: NamedCalendar = {
      ...{ slug: 'astray', name: 'Astray (sample)', time_zone: 'Asia/Karach' },
      ...{ hours: [{ weekday: 1, opens: '09:00', closes: '17:00' }], closures: [] },
    };
    const { deps, warned } = makeDeps({ clinics: async () => [clinic] });
    await expect(showSchedule({ env: 'prod' }, deps)).rejects.toThrow('"Asia/Karach" is not a time zone');
    expect(warned[0]).toContain('such as Asia/Karachi');
  });

  test.each([
    [{ env: 'prod' }, 'no clinic of the database has the agent name openhours'],
    [{ env: 'production', clinicFile: SAMPLE }, 'use dev, staging, prod'],
    [{ env: 'prod', clinicFile: '/nowhere/clinic.yaml' }, 'cannot be read (ENOENT)'],
    [{ ...PLAN, lead: '90s' }, 'whole minutes from 0 to 60'],
    [{ ...PLAN, lead: '-5m' }, 'whole minutes from 0 to 60'],
    [{ ...PLAN, lead: '2h' }, 'whole minutes from 0 to 60'],
  ])('%o is refused: %s', async (options, problem) => {
    await expect(showSchedule(options, makeDeps().deps)).rejects.toThrow(problem);
  });
});

describe('schedule apply', () => {
  test('makes the entries, takes away what is no longer wanted of ours only, and then has nothing to do', async () => {
    const others = ['openhours-dev-open-0900-mon-fri', 'openhours-prod-uptime', 'somebody-elses'];
    const scheduler = makeScheduler([
      ...others,
      'openhours-prod-open-0800-mon',
      'openhours-prod-relay-0300-daily',
    ]);
    const { deps, printed } = makeDeps({ gcloud: async () => scheduler.gcloud });
    await applySchedule(PLAN, deps);
    expect([...scheduler.entries.keys()]).toEqual([
      ...others,
      'openhours-prod-open-0900-mon-fri',
      'openhours-prod-open-1000-sat',
    ]);
    expect(scheduler.done[0]?.args).toEqual([
      ...['scheduler', 'jobs', 'create', 'http', 'openhours-prod-open-0900-mon-fri'],
      ...['--location=us-central1', '--schedule=55 8 * * 1-5', '--time-zone=Asia/Karachi'],
      ...[`--uri=${ADDRESS}`, '--http-method=post'],
      '--oauth-service-account-email=openhours-scheduler-prod@invented-project.iam.gserviceaccount.com',
      '--oauth-token-scope=https://www.googleapis.com/auth/cloud-platform',
      ...['--attempt-deadline=60s', '--max-retry-attempts=5', '--min-backoff=10s', '--max-backoff=60s'],
      '--description=opening at 09:00, Mon–Fri',
    ]);
    const before = scheduler.done.length;
    await applySchedule(PLAN, deps);
    expect(scheduler.done).toHaveLength(before);
    expect(printed).toContain('the schedule is as it should be: nothing to change');
  });

  test('a new lead updates the entry, and says what differs; a paused one is resumed', async () => {
    const scheduler = makeScheduler();
    const { deps, printed } = makeDeps({ gcloud: async () => scheduler.gcloud });
    await applySchedule(PLAN, deps);
    const paused = scheduler.entries.get('openhours-prod-open-1000-sat');
    scheduler.entries.set('openhours-prod-open-1000-sat', { ...paused, state: 'PAUSED' });
    scheduler.done.length = 0;
    await applySchedule({ ...PLAN, lead: '10m' }, deps);
    expect(scheduler.done.map(({ args }) => args.slice(2, 5).join(' '))).toEqual([
      'update http openhours-prod-open-0900-mon-fri',
      'update http openhours-prod-open-1000-sat',
      'resume openhours-prod-open-1000-sat --location=us-central1',
    ]);
    expect(printed.join('\n')).toContain('schedule 55 8 * * 1-5 → 50 8 * * 1-5');
  });
});

test('without a database it is said which variables open one, and that a file will do', async () => {
  vi.stubEnv('SUPABASE_URL', '');
  const deps = scheduleDeps(true);
  const shown = showSchedule({ env: 'prod' }, deps);
  await expect(shown).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/SUPABASE_URL is not set[^]*--clinic-file examples/) as string,
  });
  await expect(shown).rejects.not.toThrow('OPENAI_API_KEY');
  vi.unstubAllEnvs();
});
