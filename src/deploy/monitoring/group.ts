import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, type ResourceState, stateOf } from '../resource.ts';

/**
 * Several things that are read from one list, as one resource: a first deployment would otherwise ask for the list again after each thing that
 * it made, at a second each time.
 */
export class ResourceGroup implements Resource {
  readonly kind: string;
  readonly name: string;
  /** What they want depends on nothing that is made before them. */
  readonly independent: boolean;
  readonly #members: readonly Resource[];
  #states: readonly ResourceState[] = [];

  constructor(kind: string, name: string, members: readonly Resource[], independent: boolean) {
    this.kind = kind;
    this.independent = independent;
    this.name = name;
    this.#members = members;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    this.#states = await Promise.all(this.#members.map((member) => member.read(gcloud)));
    if (this.#states.every(({ is }) => is === 'absent')) return { is: 'absent' };
    return stateOf(this.#members.flatMap(({ name }, index) => changesOf(name, this.#states[index])));
  }

  commands(state: ResourceState): readonly GcloudCommand[] {
    if (state.is === 'same') return [];
    return this.#members.flatMap((member, index) => member.commands(this.#states[index] ?? { is: 'absent' }));
  }

  removal(): readonly GcloudCommand[] {
    const there = this.#members.filter((_, index) => this.#states[index]?.is !== 'absent');
    return there.flatMap((member) => member.removal()).toReversed();
  }
}

function changesOf(name: string, state: ResourceState | undefined): readonly string[] {
  if (state?.is === 'different') return state.changes.map((change) => `${name}: ${change}`);
  return state?.is === 'same' ? [] : [`${name} is missing`];
}
