import { parse } from 'yaml';
import { cloudError } from '../../src/deploy/gcloud-errors.ts';
import type { Gcloud, GcloudCommand } from '../../src/deploy/gcloud.ts';

type Thing = Record<string, unknown>;

/** A project that keeps what a deployment makes in it, as far as fast tests need it; test/deploy has the real gcloud and a stand-in of Google. */
export class FakeProject implements Gcloud {
  readonly changes: GcloudCommand[] = [];
  readonly apis = new Set<string>();
  readonly secrets = new Map<string, string[]>();
  readonly accounts = new Set<string>();
  readonly repositories = new Set<string>();
  readonly images = new Set<string>();
  /** `jobs/openhours-worker-dev` → its manifest. */
  readonly run = new Map<string, Thing>();
  readonly executions: Thing[] = [];
  readonly roles = new Set<string>();
  /** Verbs such as `run jobs replace` that are refused once, in gcloud's words. */
  readonly refusals = new Map<string, string>();

  async read(args: readonly string[]): Promise<unknown> {
    const found = this.#answer(args);
    if (found === undefined) throw cloudError(args, 'ERROR: (gcloud) NOT_FOUND: it was not found');
    return found;
  }

  async find(args: readonly string[]): Promise<unknown> {
    return this.#answer(args);
  }

  async change(command: GcloudCommand): Promise<void> {
    const { args, input = '' } = command;
    for (const [verb, stderr] of this.refusals) {
      if (!args.join(' ').startsWith(verb)) continue;
      this.refusals.delete(verb);
      throw cloudError(args, stderr);
    }
    this.changes.push(command);
    this.#carryOut(args, input);
  }

  /** The commands so far, by their first words: `secrets create`. */
  get verbs(): string[] {
    return this.changes.map(({ program, args }) => [program ?? 'gcloud', ...args.slice(0, 3)].join(' '));
  }

  #answer(asked: readonly string[]): unknown {
    const args = withoutTrack(asked);
    const [group, second = '', third = '', fourth = ''] = args;
    switch (group) {
      case 'projects':
        return { projectId: second, lifecycleState: 'ACTIVE' };
      case 'services':
        return [...this.apis].map((name) => ({ config: { name } }));
      case 'iam':
        return third === 'get-iam-policy'
          ? this.#policy(fourth)
          : [...this.accounts].map((email) => ({ email }));
      case 'artifacts':
        return this.#artifacts(second, fourth);
      case 'secrets':
        return this.#secret(args);
      case 'run':
        return this.#cloudRun(second, third, fourth);
      default:
        return [];
    }
  }

  #artifacts(kind: string, name: string): unknown {
    if (kind === 'repositories')
      return this.repositories.has(name) ? { labels: { 'managed-by': 'openhours' } } : undefined;
    return [...this.images].map((image) => {
      const [name = '', tag = ''] = image.split(/:(?=[^:]*$)/);
      return { package: name, tags: [tag] };
    });
  }

  #secret(args: readonly string[]): unknown {
    const [, verb, name = ''] = args;
    if (verb === 'list')
      return [...this.secrets.keys()].map((one) => ({ name: `projects/1/secrets/${one}` }));
    if (verb === 'get-iam-policy') return this.#policy(name);
    const secret = args.find((arg) => arg.startsWith('--secret='))?.slice('--secret='.length) ?? '';
    const values = this.secrets.get(secret) ?? [];
    if (values.length === 0) return undefined;
    return {
      name: `projects/1/secrets/${secret}/versions/${values.length}`,
      payload: { data: Buffer.from(values.at(-1) ?? '').toString('base64url') },
    };
  }

  #cloudRun(group: string, verb: string, name: string): unknown {
    if (verb === 'executions') return this.executions;
    if (verb === 'get-iam-policy') return this.#policy(name);
    if (verb === 'list')
      return [...this.run].filter(([key]) => key.startsWith(`${group}/`)).map(([, thing]) => thing);
    return this.run.get(`${group}/${name}`);
  }

  #policy(name: string): Thing {
    const ours = [...this.roles].map((one) => one.split(' ')).filter(([on]) => on === name);
    return { bindings: ours.map(([, role, member]) => ({ role, members: [member] })) };
  }

  #carryOut(typed: readonly string[], input: string): void {
    const args = withoutTrack(typed);
    const [group, second = '', third = '', fourth = ''] = args;
    const option = (name: string) =>
      args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
    const verb = args.find((arg) =>
      /^(create|add|delete|enable|replace|update|submit|cancel|execute|add-iam.*|remove-iam.*)$/.test(arg),
    );
    if (verb?.endsWith('-iam-policy-binding')) {
      const role = `${group === 'secrets' ? third : fourth} ${option('role')} ${option('member')}`;
      if (verb.startsWith('add-')) this.roles.add(role);
      else this.roles.delete(role);
    } else if (group === 'services') args.slice(2).forEach((name) => this.apis.add(name));
    else if (group === 'builds') this.images.add(/_IMAGE=([^,]+)/.exec(option('substitutions'))?.[1] ?? '');
    else if (group === 'artifacts') toggle(this.repositories, fourth, verb);
    else if (group === 'iam') {
      const email = fourth.includes('@') ? fourth : `${fourth}@my-project.iam.gserviceaccount.com`;
      toggle(this.accounts, email, verb);
    } else if (group === 'secrets') this.#changeSecret(verb, verb === 'add' ? fourth : third, input);
    else if (group === 'run' && verb === 'update')
      this.#updateRun(`${second}/${fourth}`, option('image'), option('update-secrets'));
    else if (group === 'run') this.#changeRun(second, verb, fourth, input);
  }

  #changeSecret(verb: string | undefined, name: string, input: string): void {
    if (verb === 'delete') this.secrets.delete(name);
    else this.secrets.set(name, [...(this.secrets.get(name) ?? []), input]);
  }

  #updateRun(key: string, image: string, reference: string): void {
    const [variable, name, version] = reference.split(/[=:]/);
    const change = (one: Thing): Thing => {
      if (image !== '' && 'image' in one) return { ...one, image };
      if (variable === '' || one['name'] !== variable || !('valueFrom' in one)) return one;
      return { name: variable, valueFrom: { secretKeyRef: { name, key: version } } };
    };
    this.run.set(key, replaced(this.run.get(key), change) as Thing);
  }

  #changeRun(group: string, verb: string | undefined, name: string, input: string): void {
    if (verb === 'delete') this.run.delete(`${group}/${name}`);
    if (verb !== 'replace') return;
    const manifest = parse(input) as { metadata: { name: string } };
    this.run.set(`${group}/${manifest.metadata.name}`, manifest);
  }
}

/** A manifest with these of its objects replaced. */
function replaced(thing: unknown, change: (one: Thing) => Thing): unknown {
  if (Array.isArray(thing)) return thing.map((one) => replaced(one, change));
  if (typeof thing !== 'object' || thing === null) return thing;
  const entries = Object.entries(thing).map(([key, value]) => [key, replaced(value, change)] as const);
  return change(Object.fromEntries(entries));
}

/** Of Cloud Run, commands of all tracks work on the same things. */
function withoutTrack(args: readonly string[]): readonly string[] {
  return args[0] === 'beta' && args[1] === 'run' ? args.slice(1) : args;
}

function toggle(set: Set<string>, name: string, verb: string | undefined): void {
  if (verb === 'delete') set.delete(name);
  else set.add(name);
}
