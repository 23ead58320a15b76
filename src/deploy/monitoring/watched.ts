/** Where the worker runs. */
export type WatchedTarget = 'job' | 'service' | 'worker-pool' | 'gke';

/** What of an environment's settings monitoring needs. */
export interface WatchedSettings {
  /** `dev`, `staging` or `prod`. */
  readonly env: string;
  /** The project's id. */
  readonly project: string;
  /** Of the job; the other targets' worker has the same name. */
  readonly jobName: string;
  /** Who is told; undefined for nobody. */
  readonly alertEmail: string | undefined;
}

/** What is known only once other parts are deployed. */
export interface WatchedFacts {
  /** `job` when left out. */
  readonly target?: WatchedTarget;
  /** Where the gateway answers; left out where there is none. */
  readonly gatewayUrl?: string;
}

/** What Cloud Logging and Cloud Monitoring call a target: the monitored resource and the label that has the worker's name. */
const MONITORED: Record<WatchedTarget, { readonly type: string; readonly label: string }> = {
  job: { type: 'cloud_run_job', label: 'job_name' },
  service: { type: 'cloud_run_revision', label: 'service_name' },
  'worker-pool': { type: 'cloud_run_worker_pool', label: 'worker_pool_name' },
  gke: { type: 'k8s_container', label: 'container_name' },
};

/** One environment's worker, as its logs and metrics name it. */
export class Watched {
  readonly settings: WatchedSettings;
  readonly target: WatchedTarget;
  /** The monitored resource: `cloud_run_job`. */
  readonly resource: string;
  readonly #label: string;

  constructor(settings: WatchedSettings, target: WatchedTarget = 'job') {
    this.settings = settings;
    this.target = target;
    this.resource = MONITORED[target].type;
    this.#label = MONITORED[target].label;
  }

  /** Log entries of the worker, in the logging query language. */
  get logs(): string {
    return `resource.type="${this.resource}" AND resource.labels.${this.#label}="${this.settings.jobName}"`;
  }

  /** Log entries of the schedule entries that start the job at opening. */
  get startLogs(): string {
    return `resource.type="cloud_scheduler_job" AND resource.labels.job_id=~"^openhours-${this.settings.env}-open-"`;
  }

  /** Time series of the worker, as a PromQL selector. */
  get selector(): string {
    return `{monitored_resource="${this.resource}",${this.#label}="${this.settings.jobName}"}`;
  }

  /** The name of a log-based metric: `openhours-prod-calls`. */
  metricName(key: string): string {
    return `openhours-${this.settings.env}-${key}`;
  }
}
