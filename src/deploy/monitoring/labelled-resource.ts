import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, type ResourceState, stateOf } from '../resource.ts';
import { differences } from './differences.ts';

/** A thing of Cloud Monitoring as it is listed. */
export interface Listed {
  readonly name: string;
  readonly userLabels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** How a kind of thing is read, made, changed and removed. */
export interface LabelledKind<Wanted> {
  readonly kind: string;
  readonly list: readonly string[];
  /** What is wanted, once everything before it has been read; asked again after each read. */
  readonly wanted: (gcloud: Gcloud) => Promise<Wanted>;
  readonly create: (wanted: Wanted) => GcloudCommand;
  readonly update: (name: string, wanted: Wanted) => readonly GcloudCommand[];
  readonly remove: (name: string) => GcloudCommand;
}

/**
 * A thing to which Google gives a name of its own, and that is found again by its labels. The name is known once it was read: ask `read`
 * before `commands` and `removal`.
 */
export class LabelledResource<Wanted extends object> implements Resource {
  readonly kind: string;
  readonly name: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #how: LabelledKind<Wanted>;
  #wanted: Wanted | undefined;
  #there: readonly string[] = [];

  constructor(name: string, labels: Readonly<Record<string, string>>, how: LabelledKind<Wanted>) {
    this.kind = how.kind;
    this.name = name;
    this.#labels = labels;
    this.#how = how;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    this.#wanted = await this.#how.wanted(gcloud);
    const found = await findLabelled(gcloud, this.#how.list, this.#labels);
    this.#there = found.map(({ name }) => name);
    const [first, ...others] = found;
    if (first === undefined) return { is: 'absent' };
    // Two runs at once, or a copy made in the console with its labels.
    const copies = others.length === 0 ? [] : [`${others.length + 1} of them → 1`];
    return stateOf([...copies, ...differences(this.#wanted, first)]);
  }

  commands(state: ResourceState): readonly GcloudCommand[] {
    if (state.is === 'same' || this.#wanted === undefined) return [];
    const [first, ...others] = this.#there;
    if (first === undefined) return [this.#how.create(this.#wanted)];
    return [...this.#how.update(first, this.#wanted), ...others.map((name) => this.#how.remove(name))];
  }

  removal(): readonly GcloudCommand[] {
    return this.#there.map((name) => this.#how.remove(name));
  }
}

/** Things of ours that are wanted no longer: an apply removes them, and so does a destroy. */
export class LeftoverResource implements Resource {
  readonly kind: string;
  readonly name: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #how: Pick<LabelledKind<object>, 'list' | 'remove'> & {
    readonly wanted: (found: Listed) => boolean;
  };
  #there: readonly string[] = [];

  constructor(
    kind: string,
    labels: Readonly<Record<string, string>>,
    how: Pick<LabelledKind<object>, 'list' | 'remove'> & { readonly wanted: (found: Listed) => boolean },
  ) {
    this.kind = kind;
    this.name = 'no longer wanted';
    this.#labels = labels;
    this.#how = how;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    const found = await findLabelled(gcloud, this.#how.list, this.#labels);
    const left = found.filter((one) => !this.#how.wanted(one));
    this.#there = left.map(({ name }) => name);
    if (left.length === 0) return { is: 'absent' };
    return { is: 'different', changes: left.map((one) => `${String(one['displayName'])} goes`) };
  }

  commands(): readonly GcloudCommand[] {
    return this.removal();
  }

  removal(): readonly GcloudCommand[] {
    return this.#there.map((name) => this.#how.remove(name));
  }
}

/** The things of a list that have all of these labels, in the order of their names. */
export async function findLabelled(
  gcloud: Gcloud,
  list: readonly string[],
  labels: Readonly<Record<string, string>>,
): Promise<Listed[]> {
  const all = ((await gcloud.find(list)) ?? []) as Listed[];
  return all
    .filter(({ userLabels }) => Object.entries(labels).every(([key, value]) => userLabels?.[key] === value))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
