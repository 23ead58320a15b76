import { parseAllDocuments } from 'yaml';
import type { Calendar } from '../clinic/hours.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import { GKE } from '../config/target-defaults.ts';
import type { TargetCost } from './cost.ts';
import type { EnvironmentSettings } from './environments.ts';
import { TARGETS, type Target, targetResources, targetYaml } from './target.ts';

/** One target beside the others. */
export interface Compared {
  readonly target: Target;
  readonly cost: TargetCost;
  /** From the start of a worker to its readiness, and when that matters. */
  readonly start: string;
  /** What becomes of a call that goes on while a new version is deployed. */
  readonly redeploy: string;
  /** Things in Google Cloud, and objects in the cluster. */
  readonly parts: number;
}

const STARTS: Record<Target, string> = {
  job: 'not measured; the worker needs 2–10 s of it, and is started 5 min ahead of opening',
  'worker-pool': 'not measured; only with a new version, since it stays',
  service: 'not measured; only with a new version, since it stays',
  gke: 'not measured; 5 min ahead of opening, because a node may have to be made',
};

/** From the notices that the platforms give, and the worker's own limits. */
function redeployOf(target: Target): string {
  const noticeS = LIFECYCLE.stopNoticeMs / 1_000;
  switch (target) {
    case 'job':
      return 'any: what runs goes on with its version until it closes';
    case 'worker-pool':
    case 'service':
      return `${noticeS} s, and then it is handed to the new version`;
    case 'gke':
      return `${(GKE.preStopS + GKE.noticeS) / 60 >= 1 ? `${Math.floor((GKE.preStopS + GKE.noticeS) / 60)} min` : `${GKE.noticeS} s`}, and then it is handed over`;
    default:
      return target satisfies never;
  }
}

/** The targets side by side: costs as computed, parts as they would be made. */
export function compareTargets(
  costs: readonly TargetCost[],
  settings: EnvironmentSettings,
  calendars: readonly Calendar[],
  job: { readonly taskTimeoutS: number; readonly entries: number },
): Compared[] {
  const facts = { image: 'image', secretVersions: {}, taskTimeoutS: job.taskTimeoutS, calendars };
  return TARGETS.flatMap((target) => {
    const cost = costs.find((one) => one.target === target);
    if (cost === undefined) return [];
    const objects = parseAllDocuments(targetYaml(target, settings, facts) ?? '');
    const parts =
      targetResources(target, settings, facts).length +
      (Array.isArray(objects) ? objects.length : 0) +
      (target === 'job' ? job.entries : 0);
    return [{ target, cost, start: STARTS[target], redeploy: redeployOf(target), parts }];
  });
}

/** The comparison as a table of Markdown. */
export function comparisonTable(compared: readonly Compared[]): string[] {
  const rows = compared.map(({ target, cost, start, redeploy, parts }) => [
    target,
    `$${cost.listPrice.toFixed(2)}`,
    `$${cost.afterFree.toFixed(2)}`,
    start,
    redeploy,
    String(parts),
  ]);
  const head = [
    'Target',
    'A month',
    'With free units',
    'Start',
    'Longest call that a new version does not cut',
    'Parts',
  ];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
