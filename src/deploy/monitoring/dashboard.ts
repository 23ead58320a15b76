import { ALERTS } from '../../config/desk-defaults.ts';
import { ownLabels } from '../resource.ts';
import { Queries } from './queries.ts';
import type { Watched } from './watched.ts';

/** A chart: its title, and each line's name and query. */
interface Chart {
  readonly title: string;
  readonly lines: Readonly<Record<string, string>>;
  readonly kind?: 'LINE' | 'STACKED_BAR';
  /** Where the alert is. */
  readonly threshold?: number;
}

const COLUMNS = 12;
const WIDTH = 6;
const HEIGHT = 4;

/** The environment's dashboard, as `gcloud monitoring dashboards create --config-from-file` takes it. */
export function dashboard(watched: Watched): Record<string, unknown> {
  const { env, project } = watched.settings;
  const tiles = charts(watched).map((chart, index) => ({
    xPos: (index % 2) * WIDTH,
    yPos: Math.floor(index / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    widget: widget(chart),
  }));
  return {
    name: `projects/${project}/dashboards/${dashboardId(watched)}`,
    displayName: `openhours ${env}`,
    labels: ownLabels(env),
    mosaicLayout: { columns: COLUMNS, tiles },
  };
}

/** The last part of the dashboard's name. */
export function dashboardId(watched: Watched): string {
  return `openhours-${watched.settings.env}`;
}

function charts(watched: Watched): Chart[] {
  const queries = new Queries(watched);
  return [
    {
      title: 'Calls that arrived and were refused, in 5 min',
      kind: 'STACKED_BAR',
      lines: { arrived: queries.count('calls', 5), refused: queries.count('refused-calls', 5) },
    },
    {
      title: 'How calls ended, in an hour',
      kind: 'STACKED_BAR',
      lines: { outcome: queries.countBy('outcome', 'outcomes', 60) },
    },
    {
      title: 'Turn latency, ms',
      threshold: ALERTS.turnP95Ms,
      lines: {
        p50: queries.percentile(0.5, 'turn-latency', 10),
        p95: queries.percentile(0.95, 'turn-latency', 10),
      },
    },
    {
      title: 'Errors, calls that lost their process, crashes, in 5 min',
      kind: 'STACKED_BAR',
      lines: {
        errors: queries.count('errors', 5),
        'lost calls': queries.count('lost-calls', 5),
        crashes: queries.count('crashes', 5),
      },
    },
    {
      title: 'Workers on duty (signs of life in 4 min)',
      lines: { 'on duty': queries.count('on-duty', 4) },
    },
    {
      title: 'Starts by the schedule, shifts opened, workers gone home, in 10 min',
      kind: 'STACKED_BAR',
      lines: {
        ...(watched.target === 'job' ? { starts: queries.count('starts', 10) } : {}),
        opened: queries.count('opened', 10),
        'gone home': queries.count('went-home', 10),
      },
    },
    {
      title: 'Memory and CPU, share of the limit',
      threshold: ALERTS.memoryShare,
      lines: { memory: queries.utilization('memory', 5), cpu: queries.utilization('cpu', 5) },
    },
    {
      title: 'Longest wait for a callback, min of open time',
      threshold: ALERTS.callbackMin,
      lines: { longest: queries.percentile(0.99, 'callbacks-owed', 15) },
    },
  ];
}

function widget({ title, lines, kind = 'LINE', threshold }: Chart): Record<string, unknown> {
  return {
    title,
    xyChart: {
      dataSets: Object.entries(lines).map(([name, prometheusQuery]) => ({
        plotType: kind,
        targetAxis: 'Y1',
        legendTemplate: name === 'outcome' ? '${metric.labels.outcome}' : name,
        timeSeriesQuery: { prometheusQuery },
      })),
      yAxis: { scale: 'LINEAR' },
      ...(threshold === undefined ? {} : { thresholds: [{ value: threshold, targetAxis: 'Y1' }] }),
    },
  };
}
