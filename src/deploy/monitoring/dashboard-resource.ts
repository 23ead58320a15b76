import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, type ResourceState, stateOf } from '../resource.ts';
import { dashboard, dashboardId } from './dashboard.ts';
import { differences } from './differences.ts';
import type { Watched } from './watched.ts';

/** The dashboard. Its id is ours, so that a link to it stays. */
export class DashboardResource implements Resource {
  readonly kind = 'dashboard';
  readonly independent = true;
  readonly name: string;
  readonly #config: Record<string, unknown>;
  /** Of the version that was read: a change made meanwhile is refused instead of lost. */
  #etag: string | undefined;

  constructor(watched: Watched) {
    this.name = dashboardId(watched);
    this.#config = dashboard(watched);
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    const there = (await gcloud.find(['monitoring', 'dashboards', 'describe', this.name])) as
      { name: string; etag?: string } | undefined;
    if (there === undefined) return { is: 'absent' };
    this.#etag = there.etag;
    // Its name comes back with the project's number.
    return stateOf(differences({ ...this.#config, name: there.name }, there));
  }

  commands(state: ResourceState): readonly GcloudCommand[] {
    if (state.is === 'same') return [];
    const from = '--config-from-file=-';
    if (state.is === 'absent')
      return [{ args: ['monitoring', 'dashboards', 'create', from], input: text(this.#config) }];
    return [
      {
        args: ['monitoring', 'dashboards', 'update', this.name, from],
        input: text({ ...this.#config, ...(this.#etag === undefined ? {} : { etag: this.#etag }) }),
      },
    ];
  }

  removal(): readonly GcloudCommand[] {
    return [{ args: ['monitoring', 'dashboards', 'delete', this.name] }];
  }
}

const text = (config: Record<string, unknown>): string => JSON.stringify(config, null, 2);
