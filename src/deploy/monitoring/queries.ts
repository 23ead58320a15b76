import { ALERTS } from '../../config/desk-defaults.ts';
import type { MetricKey } from './log-metrics.ts';
import type { Watched } from './watched.ts';

/**
 * The queries of alerts and charts, in PromQL. A counter that nothing was counted in may have no series at all, so that absence is told with
 * `unless` and never with `== 0`.
 */
export class Queries {
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** How often it was counted within so many minutes, up to so many minutes ago. */
  count(key: MetricKey, minutes: number, agoMin = 0, suffix = ''): string {
    const offset = agoMin === 0 ? '' : ` offset ${agoMin}m`;
    return `sum(increase(${this.#series(key, suffix)}[${minutes}m]${offset}))`;
  }

  /** The same by outcome. */
  countBy(label: string, key: MetricKey, minutes: number): string {
    return `sum by (${label}) (increase(${this.#series(key)}[${minutes}m]))`;
  }

  /** A percentile, from 0 to 1, of what was measured within so many minutes. */
  percentile(share: number, key: MetricKey, minutes: number): string {
    return `histogram_quantile(${share}, sum by (le) (increase(${this.#series(key, '_bucket')}[${minutes}m])))`;
  }

  /** CPU or memory in use as a share of the limit: what is usual over so many minutes. */
  utilization(of: 'cpu' | 'memory', minutes: number): string {
    const { target, selector } = this.#watched;
    if (target === 'gke') {
      return `max(avg_over_time(kubernetes_io:container_${of}_limit_utilization${selector}[${minutes}m]))`;
    }
    const series = `run_googleapis_com:container_${of}_utilizations_bucket${selector}`;
    return `histogram_quantile(0.5, sum by (le) (increase(${series}[${minutes}m])))`;
  }

  /** Calls that ended without help, of all that ended. */
  failedShare(): string {
    const failed = this.count('failed-calls', ALERTS.failedMin);
    const ended = this.count('outcomes', ALERTS.failedMin);
    return `${failed} / ${ended} > ${ALERTS.failedShare} and ${atLeast(failed, ALERTS.failedLeast)}`;
  }

  /** Answers that come late, where there were enough to tell. */
  slowTurns(): string {
    const turns = this.count('turn-latency', ALERTS.turnMin, 0, '_count');
    const p95 = this.percentile(0.95, 'turn-latency', ALERTS.turnMin);
    return `${p95} > ${ALERTS.turnP95Ms} and ${atLeast(turns, ALERTS.turnLeast)}`;
  }

  /**
   * No worker where there should be one. Cloud Monitoring does not know the clinics' hours; what it can see are two promises that were not kept:
   * a start by the schedule that no worker answered, and a worker on duty that fell silent before it went home.
   */
  missingWorker(): string {
    const { silentMin, lookBackMin, startMin } = ALERTS;
    const silent = [
      some(this.count('on-duty', lookBackMin, silentMin)),
      some(this.count('on-duty', silentMin)),
      some(this.count('went-home', lookBackMin + silentMin + 5)),
    ].join(' unless ');
    if (this.#watched.target !== 'job') return silent;
    const answer = startMin + lookBackMin + 5;
    const unanswered = [
      some(this.count('starts', lookBackMin, startMin)),
      some(this.count('on-duty', answer)),
      some(this.count('no-shift', answer)),
    ].join(' unless ');
    return `(${unanswered}) or (${silent})`;
  }

  /** A start that failed, an execution that failed, or a worker that could not run. */
  failedStarts(): string {
    const crashed = some(this.count('crashes', 10));
    if (this.#watched.target !== 'job') return crashed;
    const { settings } = this.#watched;
    const selector = `{monitored_resource="cloud_run_job",job_name="${settings.jobName}",result="failed"}`;
    const executions = `sum(increase(run_googleapis_com:job_completed_execution_count${selector}[10m]))`;
    return [some(this.count('failed-starts', 10)), some(executions), crashed].join(' or ');
  }

  /** Memory or CPU at its limit, or processes that were ended for their memory. */
  exhausted(): string {
    const { memoryShare, cpuShare, resourceMin } = ALERTS;
    return [
      `${this.utilization('memory', resourceMin)} > ${memoryShare}`,
      `${this.utilization('cpu', resourceMin)} > ${cpuShare}`,
      some(this.count('memory-kills', 10)),
    ].join(' or ');
  }

  /** A callback that has been owed for too long. The count comes every 5 min. */
  lateCallbacks(): string {
    return `${this.percentile(0.99, 'callbacks-owed', 15)} > ${ALERTS.callbackMin}`;
  }

  #series(key: MetricKey, suffix = ''): string {
    const name = this.#watched.metricName(key).replaceAll('-', '_');
    const resource =
      key === 'starts' || key === 'failed-starts' ? 'cloud_scheduler_job' : this.#watched.resource;
    return `logging_googleapis_com:user_${name}${suffix}{monitored_resource="${resource}"}`;
  }
}

const some = (count: string): string => `${count} > 0`;

/** Counts are extrapolated to the ends of the window, and may be a little under the whole number. */
const atLeast = (count: string, least: number): string => `${count} > ${least - 0.5}`;
