import { expect, test } from 'vitest';
import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import type { Resource } from '../resource.ts';
import { differences } from './differences.ts';
import { monitoringResources } from './monitoring.ts';
import type { WatchedFacts, WatchedSettings } from './watched.ts';

const SETTINGS: WatchedSettings = {
  env: 'prod',
  project: 'invented-project',
  jobName: 'openhours-worker-prod',
  alertEmail: 'front-desk@clinic.example',
};
const GATEWAY = { gatewayUrl: 'https://gateway.example' };

/** A project that keeps what is written into it, as the real gcloud and Google would. */
class Project implements Gcloud {
  readonly #things = new Map<string, Record<string, unknown>>();
  readonly done: string[] = [];
  #next = 1;

  find(args: readonly string[]): Promise<unknown> {
    return this.read(args);
  }

  async read(args: readonly string[]): Promise<unknown> {
    const [kind, verb, id] = wordsOf(args);
    if (verb === 'describe') return this.#things.get(`${kind}/${id}`);
    return [...this.#things].filter(([key]) => key.startsWith(`${kind}/`)).map(([, thing]) => thing);
  }

  async change({ args, input }: GcloudCommand): Promise<void> {
    const [kind, verb, id] = wordsOf(args);
    this.done.push(`${verb} ${kind}`);
    if (verb === 'delete') return void this.#things.delete(`${kind}/${id}`);
    const body = input === undefined ? uptimeOf(args) : (JSON.parse(input) as Record<string, unknown>);
    const given = kind === 'dashboards' ? /[^/]+$/.exec(String(body['name']))?.[0] : body['name'];
    const name = verb === 'update' ? id : String(given ?? `${kind}/${this.#next++}`);
    this.#things.set(`${kind}/${name}`, { ...body, name, creationRecord: { mutateTime: 'then' } });
  }

  get left(): string[] {
    return [...this.#things.keys()];
  }

  /** Somebody changes something in the console. */
  meddle(change: (thing: Record<string, unknown>) => void): void {
    for (const thing of this.#things.values()) change(thing);
  }
}

/** `policies`, `create`, and a name where there is one. */
function wordsOf(args: readonly string[]): [string, string, string] {
  const verbs = ['list', 'list-configs', 'describe', 'create', 'update', 'delete'];
  const at = args.findIndex((arg) => verbs.includes(arg));
  return [args[at - 1] ?? '', args[at] ?? '', args[at + 1] ?? ''];
}

function uptimeOf(args: readonly string[]): Record<string, unknown> {
  const flag = (name: string) =>
    args
      .find((arg) => arg.startsWith(`--${name}=`))
      ?.split('=')
      .slice(1)
      .join('=');
  const labels = Object.fromEntries((flag('user-labels') ?? '').split(',').map((pair) => pair.split('=')));
  const [host, project] = (flag('resource-labels') ?? '').split(',').map((pair) => pair.split('=')[1]);
  return {
    displayName: args[args.indexOf('create') + 1],
    monitoredResource: { type: 'uptime_url', labels: { host, project_id: project } },
    httpCheck: { path: flag('path'), port: Number(flag('port')), useSsl: true, validateSsl: true },
    period: `${Number(flag('period')) * 60}s`,
    timeout: `${flag('timeout') ?? ''}s`,
    userLabels: labels,
  };
}

async function apply(
  project: Project,
  settings = SETTINGS,
  facts: WatchedFacts = GATEWAY,
): Promise<string[]> {
  const from = project.done.length;
  for (const resource of monitoringResources(settings, facts)) {
    for (const command of resource.commands(await resource.read(project))) await project.change(command);
  }
  return project.done.slice(from);
}

async function destroy(project: Project, resources: readonly Resource[]): Promise<void> {
  await Promise.all(resources.map((resource) => resource.read(project)));
  for (const resource of resources.toReversed())
    for (const command of resource.removal()) await project.change(command);
}

test('everything is made, a second time nothing is changed, and nothing is left after a removal', async () => {
  const project = new Project();
  const made = await apply(project);
  expect(made.filter((what) => what === 'create metrics')).toHaveLength(16);
  expect(made.filter((what) => what === 'create policies')).toHaveLength(7);
  expect(made).toEqual(expect.arrayContaining(['create channels', 'create uptime', 'create dashboards']));
  expect(await apply(project)).toEqual([]);
  await destroy(project, monitoringResources(SETTINGS, GATEWAY));
  expect(project.left).toEqual([]);
});

test('the policies tell the channel that was made before them', async () => {
  const project = new Project();
  await apply(project);
  const policies = (await project.read(['policies', 'list'])) as { notificationChannels: string[] }[];
  for (const { notificationChannels } of policies) expect(notificationChannels).toEqual(['channels/1']);
});

test('a plan shows what stands in for a channel that is yet to be made', async () => {
  const project = new Project();
  const policies = monitoringResources(SETTINGS).find(({ kind }) => kind === 'alert policies');
  const commands = policies?.commands(await policies.read(project)) ?? [];
  expect(commands[0]?.input).toContain('(the channel above)');
  expect(project.done).toEqual([]);
});

test('another address changes the channel alone, and none at all takes it from the policies', async () => {
  const project = new Project();
  await apply(project);
  expect(await apply(project, { ...SETTINGS, alertEmail: 'other@clinic.example' })).toEqual([
    'update channels',
  ]);
  const silent = { ...SETTINGS, alertEmail: undefined };
  const done = await apply(project, silent);
  expect(new Set(done)).toEqual(new Set(['update policies', 'delete channels']));
  expect(done.at(-1)).toBe('delete channels');
  expect(await apply(project, silent)).toEqual([]);
});

test('what watched a gateway goes with it, by an apply and by a destroy after it', async () => {
  const project = new Project();
  await apply(project);
  expect(await apply(project, SETTINGS, {})).toEqual(['delete policies', 'delete uptime']);
  expect(await apply(project, SETTINGS, {})).toEqual([]);
  await apply(project);
  await destroy(project, monitoringResources(SETTINGS));
  expect(project.left).toEqual([]);
});

test('a gateway at another address has its check made anew, since a check’s host cannot be changed', async () => {
  const project = new Project();
  await apply(project);
  const done = await apply(project, SETTINGS, { gatewayUrl: 'https://other.example' });
  expect(done).toEqual(['delete uptime', 'create uptime', 'update policies']);
  expect(await apply(project, SETTINGS, { gatewayUrl: 'https://other.example' })).toEqual([]);
});

test('what was changed by hand is told in plain words, and put right', async () => {
  const project = new Project();
  await apply(project);
  project.meddle((thing) => {
    if (thing['severity'] === 'CRITICAL') thing['severity'] = 'WARNING';
  });
  const policies = monitoringResources(SETTINGS, GATEWAY).find(({ kind }) => kind === 'alert policies');
  expect(await policies?.read(project)).toEqual({
    is: 'different',
    changes: [
      'openhours prod: no worker in open hours: severity: WARNING → CRITICAL',
      'openhours prod: the gateway does not answer: severity: WARNING → CRITICAL',
    ],
  });
  expect(await apply(project)).toEqual(['update policies', 'update policies']);
});

test('things of other environments, and those that others made, are left alone', async () => {
  const project = new Project();
  await apply(project, { ...SETTINGS, env: 'dev', jobName: 'openhours-worker-dev' });
  await project.change({ args: ['policies', 'create'], input: '{"displayName":"somebody else’s"}' });
  const before = project.left;
  await apply(project);
  await destroy(project, monitoringResources(SETTINGS, GATEWAY));
  expect(project.left).toEqual(before);
});

test('without an address nobody is told, without a gateway nothing is checked', () => {
  const kinds = monitoringResources({ ...SETTINGS, alertEmail: undefined }).map(({ kind }) => kind);
  expect(kinds).not.toContain('notification channel');
  expect(kinds).not.toContain('uptime check');
});

test('the dashboard’s tiles fit its grid and do not overlap', () => {
  const board = monitoringResources(SETTINGS).at(-1)?.commands({ is: 'absent' })[0]?.input ?? '{}';
  const { mosaicLayout } = JSON.parse(board) as {
    mosaicLayout: { columns: number; tiles: { xPos: number; yPos: number; width: number; height: number }[] };
  };
  const taken = new Set<string>();
  for (const { xPos, yPos, width, height } of mosaicLayout.tiles) {
    expect(xPos + width).toBeLessThanOrEqual(mosaicLayout.columns);
    for (let x = xPos; x < xPos + width; x++)
      for (let y = yPos; y < yPos + height; y++) {
        expect(taken.has(`${x}/${y}`)).toBe(false);
        taken.add(`${x}/${y}`);
      }
  }
});

test.each([
  [{ a: 1 }, { a: '1', b: 2 }, []],
  [{ a: 0, b: false, c: '' }, {}, []],
  [{ a: true }, {}, ['a: nothing → true']],
  [{ a: [1, 2] }, { a: [1] }, ['a: 1 → 2 entries']],
  [{ a: [{ b: 'x' }] }, { a: [{ b: 'y', c: 1 }] }, ['a[0].b: y → x']],
  [{ a: { b: 1 } }, undefined, ['a.b: nothing → 1']],
])('of %j in %j: %j', (wanted, there, expected) => {
  expect(differences(wanted, there)).toEqual(expected);
});
