import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, type ResourceState, stateOf } from '../resource.ts';
import { differences } from './differences.ts';
import type { LogMetric } from './log-metrics.ts';

/** A log-based metric. Its lines are counted from when it is made, not before. */
export class LogMetricResource implements Resource {
  readonly kind = 'log-based metric';
  readonly name: string;
  readonly #metric: LogMetric;

  constructor(metric: LogMetric) {
    this.#metric = metric;
    this.name = metric.name;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    // One list for all of them: a request each would take a second for every metric.
    const all = ((await gcloud.find(['logging', 'metrics', 'list'])) ?? []) as { name?: string }[];
    const there = all.find(({ name }) => name === this.name);
    return there === undefined ? { is: 'absent' } : stateOf(differences(this.#metric, there));
  }

  commands(state: ResourceState): readonly GcloudCommand[] {
    if (state.is === 'same') return [];
    const verb = state.is === 'absent' ? 'create' : 'update';
    return [
      {
        args: ['logging', 'metrics', verb, this.name, '--config-from-file=-'],
        input: JSON.stringify(this.#metric, null, 2),
      },
    ];
  }

  removal(): readonly GcloudCommand[] {
    return [{ args: ['logging', 'metrics', 'delete', this.name] }];
  }
}
