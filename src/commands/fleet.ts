import { openDatabase } from '../clinic/database.ts';
import type { WorkerId } from '../clinic/ids.ts';
import {
  Fleet,
  type FleetLease,
  type FleetShift,
  type FleetStatus,
  type FleetWorker,
} from '../clinic/shifts.ts';
import { loadClinicsConfig } from '../config/database.ts';
import { ExitCode } from '../errors.ts';

/** What the fleet's commands need; tests pass their own. */
export interface FleetDeps {
  readonly fleet: Pick<Fleet, 'status' | 'requestStop'>;
  readonly agentName: string;
  /** Lines on stdout, in one piece: `| head` reads no further. */
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/**
 * The fleet of the environment's variables.
 * @throws OpenhoursError CONFIG_INVALID, as `loadClinicsConfig` does.
 */
export function fleetDeps(): FleetDeps {
  const config = loadClinicsConfig();
  return {
    fleet: new Fleet(openDatabase(config.supabase)),
    agentName: config.agentName,
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/**
 * Shows the workers, the seats they hold, and the last shifts: as tables, or as one JSON document, a `FleetStatus` with the agent's name.
 * @throws OpenhoursError of the database.
 */
export async function showFleet(
  options: { json?: boolean },
  { fleet, agentName, print }: FleetDeps,
): Promise<ExitCode> {
  const status = await fleet.status(agentName);
  if (options.json === true) print(JSON.stringify({ agentName, ...status }, null, 2));
  else print(describeFleet(agentName, status).join('\n'));
  return ExitCode.ok;
}

/**
 * Asks a worker to stop, which it does with its next sign of life: its calls are handed over.
 * @returns 78 when there is no such worker, or it is over.
 * @throws OpenhoursError of the database.
 */
export async function stopWorker(workerId: string, { fleet, print, warn }: FleetDeps): Promise<ExitCode> {
  if (await fleet.requestStop(workerId as WorkerId)) {
    print(`${workerId} is asked to stop: it hands its calls over and leaves within seconds`);
    return ExitCode.ok;
  }
  warn(
    `openhours: there is no worker ${workerId}, or it is over: \`openhours fleet status\` shows who is there`,
  );
  return ExitCode.config;
}

function describeFleet(agentName: string, { workers, leases, shifts }: FleetStatus): string[] {
  const present = workers.filter(({ state }) => state !== 'closed' && state !== 'failed');
  const over = workers.length - present.length;
  return [
    `Workers of ${agentName}`,
    ...table(['WORKER', 'STATE', 'CALLS', 'LAST SIGN', 'STARTED', 'EXECUTION'], present.map(workerRow)),
    ...(over === 0 ? [] : [`  and ${over} of the last day that ${over === 1 ? 'is' : 'are'} over`]),
    '',
    'Seats',
    ...table(['CLINIC', 'SEAT', 'WORKER', 'EXPIRES', 'RELAY', 'EXECUTION'], leases.map(leaseRow)),
    '',
    'Last shifts',
    ...table(
      ['STARTED', 'ENDED', 'WORKER', 'STATE', 'REASON', 'CALLS', 'BOOKED', 'UNTRUE'],
      shifts.map(shiftRow),
    ),
  ];
}

function workerRow(worker: FleetWorker): string[] {
  const { worker_id, state, active_calls, max_calls, age_ms, started_at, execution } = worker;
  return [
    worker_id,
    worker.dead ? `${state}, gone` : worker.stop_requested_at === null ? state : `${state}, told to stop`,
    `${active_calls} of ${max_calls}`,
    `${duration(age_ms)} ago`,
    instant(started_at),
    execution ?? '-',
  ];
}

function leaseRow({ clinic, seat, worker_id, expires_in_ms, relay_at, execution }: FleetLease): string[] {
  const expires = expires_in_ms < 0 ? `${duration(-expires_in_ms)} ago` : `in ${duration(expires_in_ms)}`;
  return [clinic, String(seat), worker_id, expires, instant(relay_at), execution ?? '-'];
}

function shiftRow({
  opened_at,
  created_at,
  ended_at,
  worker_id,
  state,
  reason,
  summary,
}: FleetShift): string[] {
  return [
    instant(opened_at ?? created_at),
    instant(ended_at),
    worker_id,
    state,
    reason ?? '-',
    summary === null ? '-' : String(summary.calls),
    summary === null ? '-' : String(summary.booked),
    // What agents said to have done and had not.
    String(summary?.claims?.mismatches ?? '-'),
  ];
}

/** Columns as wide as what stands in them. */
function table(head: readonly string[], rows: readonly string[][]): string[] {
  if (rows.length === 0) return ['  none'];
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

/** To the minute, and with its zone: clinics of one fleet may be in several. */
function instant(iso: string | null): string {
  return iso === null ? '-' : `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
