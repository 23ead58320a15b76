import { INFRASTRUCTURE_ROWS } from './infrastructure-rows.ts';
import { PROVIDER_ROWS } from './provider-rows.ts';
import type { FaultRow } from './row.ts';
import { WORKER_ROWS } from './worker-rows.ts';

/** What can go wrong during a call, and what must come of it. */
export const FAULT_TABLE: readonly FaultRow[] = [...PROVIDER_ROWS, ...INFRASTRUCTURE_ROWS, ...WORKER_ROWS];
