import { GCLOUD } from '../config/deploy-defaults.ts';
import type { Gcloud, GcloudCommand } from './gcloud.ts';
import type { Resource, ResourceState } from './resource.ts';

/** What is done with one resource. */
export interface ResourceChange {
  readonly action: 'create' | 'change' | 'same' | 'delete' | 'absent' | 'keep';
  readonly kind: string;
  readonly name: string;
  /** What differed, in plain words. */
  readonly changes: readonly string[];
  /** As an operator would type them; none when nothing is to be done. */
  readonly commands: readonly string[];
}

/** How a run goes about it. */
export interface ApplyOptions {
  /** Print what would be done, with every command, and touch nothing. */
  readonly plan: boolean;
  readonly print: (line: string) => void;
}

/**
 * Brings every resource, in this order, to what is wanted. What is so already is left alone, so that a second run changes nothing, and a run after
 * a half-finished one goes on where that stopped.
 * @throws OpenhoursError of the first command that fails; what was done before it stays.
 */
export async function applyResources(
  resources: readonly Resource[],
  gcloud: Gcloud,
  { plan, print }: ApplyOptions,
): Promise<ResourceChange[]> {
  const states = await readAll(resources, gcloud);
  const done: ResourceChange[] = [];
  let changed = false;
  for (const [index, resource] of resources.entries()) {
    // What was read before something else was made may be different now: an id that it needs is known.
    const before = states[index] ?? { is: 'absent' };
    const known = before.is === 'same' || !changed || resource.independent === true;
    const state = known ? before : await resource.read(gcloud);
    const commands = resource.commands(state);
    const change = describe(resource, state, commands);
    print(line(change));
    if (plan) for (const command of commands) print(indented(commandText(command)));
    else for (const command of commands) await gcloud.change(command);
    changed ||= !plan && commands.length > 0;
    done.push(change);
  }
  return done;
}

/**
 * Takes the resources away, the last one first.
 * @throws OpenhoursError of the first command that fails.
 */
export async function destroyResources(
  resources: readonly Resource[],
  gcloud: Gcloud,
  { plan, print }: ApplyOptions,
): Promise<ResourceChange[]> {
  const states = await readAll(resources, gcloud);
  const done: ResourceChange[] = [];
  for (const [index, resource] of [...resources.entries()].toReversed()) {
    const there = (states[index] ?? { is: 'absent' }).is !== 'absent';
    const commands = there ? resource.removal() : [];
    const action = !there ? 'absent' : commands.length === 0 ? 'keep' : 'delete';
    const { kind, name } = resource;
    const change = { action, kind, name, changes: [], commands: commands.map(commandText) } as const;
    if (there) print(line(change));
    if (plan) for (const command of commands) print(indented(commandText(command)));
    else for (const command of commands) await gcloud.change(command);
    done.push(change);
  }
  return done;
}

/** How many of them are anything else than as they were. */
export function changeCount(changes: readonly ResourceChange[]): number {
  return changes.filter(({ action }) => action !== 'same' && action !== 'absent' && action !== 'keep').length;
}

/** The command as it is typed in a shell; a secret's input is described and not shown. */
export function commandText({ program, args, input, secret }: GcloudCommand): string {
  const typed = [program ?? 'gcloud', ...args].map(quoted).join(' ');
  if (input === undefined) return typed;
  if (secret === true) return `${typed} # the value goes to standard input and is not shown`;
  return `${typed} <<'END'\n${input.trimEnd()}\nEND`;
}

/** All of them, some at a time: each read is a process of its own. The answers are kept, so that what shares a list asks once. */
async function readAll(resources: readonly Resource[], gcloud: Gcloud): Promise<ResourceState[]> {
  const states: ResourceState[] = [];
  const rest = [...resources.entries()];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      states[next[0]] = await next[1].read(gcloud);
    }
  };
  await Promise.all(Array.from({ length: GCLOUD.parallelReads }, worker));
  return states;
}

function describe(
  { kind, name }: Resource,
  state: ResourceState,
  commands: readonly GcloudCommand[],
): ResourceChange {
  const action = commands.length === 0 ? 'same' : state.is === 'absent' ? 'create' : 'change';
  const changes = action === 'change' && state.is === 'different' ? state.changes : [];
  return { action, kind, name, changes, commands: commands.map(commandText) };
}

const SIGNS = { create: '+', change: '~', same: '=', delete: '-', absent: '=', keep: '=' } as const;

function line({ action, kind, name, changes }: ResourceChange): string {
  const why = changes.length === 0 ? '' : ` (${changes.join(', ')})`;
  return `${SIGNS[action]} ${action.padEnd(6)} ${kind} ${name}${why}`;
}

const indented = (text: string): string => text.replace(/^/gm, '      ');

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
