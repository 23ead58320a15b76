import { type MatchContext, type Row, fits, mismatches } from './matching.ts';
import type { ExpectedChange, Scenario } from './scenario.ts';
import type { Snapshot } from './snapshot.ts';

/** How a row differs between two snapshots. */
export interface Difference {
  readonly table: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** As it is now, or, when it is gone, as it was. */
  readonly row: Row;
  /** As it was; the same as `row` unless it was changed. */
  readonly before: Row;
  /** The columns that changed. */
  readonly columns: readonly string[];
}

/** Every row that was added, changed or removed between two snapshots, in the order of the tables. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  const found: Difference[] = [];
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(table) ?? new Map<string, Row>();
    const is = after.get(table) ?? new Map<string, Row>();
    for (const [key, row] of is) {
      const old = was.get(key);
      if (old === undefined) {
        found.push({ table, kind: 'added', row, before: row, columns: [] });
        continue;
      }
      const columns = Object.keys(row).filter(
        (column) => JSON.stringify(row[column]) !== JSON.stringify(old[column]),
      );
      if (columns.length > 0) found.push({ table, kind: 'changed', row, before: old, columns });
    }
    for (const [key, row] of was) {
      if (!is.has(key)) found.push({ table, kind: 'removed', row, before: row, columns: [] });
    }
  }
  return found;
}

/** Tables in which a call writes about itself, as often as it likes. */
const LEDGER = ['call_turns', 'tool_runs', 'call_claims'];

/** What is wrong with the difference that a call has made: nothing, when it is exactly what was expected. */
export function stateProblems(
  found: readonly Difference[],
  expected: Scenario['expect'],
  context: MatchContext,
): string[] {
  const problems: string[] = [];
  const effects: Difference[] = [];
  for (const one of found) {
    const problem = ledgerProblem(one, expected, context);
    if (problem === undefined) effects.push(one);
    else if (problem !== '') problems.push(problem);
  }
  const ownRow = found.some(({ table, row }) => table === 'calls' && row['id'] === context.callId);
  if (!ownRow) problems.push('the call is not on record');
  const pairs = pair(
    effects,
    expected.changes,
    (one, wanted) => problemsOf(one, wanted, context).length === 0,
  );
  const missing = expected.changes.filter((_, index) => !pairs.includes(index));
  const surplus = effects.filter((_, index) => pairs[index] === undefined);
  for (const wanted of missing) problems.push(missingText(wanted, surplus, context));
  for (const one of surplus) problems.push(`not expected: ${describe(one)}`);
  return [...problems, ...verifiedProblems(found, expected, context)];
}

/** Undefined for what is no row of the ledger; else what is wrong with it, or nothing. */
function ledgerProblem(
  { table, kind, row }: Difference,
  expected: Scenario['expect'],
  context: MatchContext,
): string | undefined {
  const ours = kind === 'added' && row['call_id'] === context.callId;
  if (table === 'calls' && kind === 'added' && row['id'] === context.callId) {
    const { outcome, reason } = expected;
    const wanted = { outcome, ...(reason === undefined ? {} : { reason }), ...expected.call };
    const wrong = mismatches(wanted, row, context);
    return wrong
      .map((column) => unlike(`calls.${column}`, row[column], wanted[column as 'outcome']))
      .join('; ');
  }
  if (LEDGER.includes(table) && ours) return '';
  if (table === 'call_patients' && ours)
    return isVerified(row, expected, context) ? '' : `verified: ${json(row)}`;
  if (table === 'access_log' && ours) {
    const patient = row['patient_id'];
    return patient === null || isVerified(row, expected, context) ? '' : `read of a patient: ${json(row)}`;
  }
  return undefined;
}

function isVerified(row: Row, { verified }: Scenario['expect'], context: MatchContext): boolean {
  return verified.some((patient) => fits(patient, row['patient_id'], context));
}

function verifiedProblems(
  found: readonly Difference[],
  { verified }: Scenario['expect'],
  context: MatchContext,
): string[] {
  const ids = found.flatMap(({ table, kind, row }) =>
    table === 'call_patients' && kind === 'added' ? [row['patient_id']] : [],
  );
  return verified
    .filter((patient) => !ids.some((id) => fits(patient, id, context)))
    .map((patient) => `not verified: ${json(patient)}`);
}

/** Pairs what was found with what was expected, as many as can be: for each thing found the index of its partner. */
function pair<A, B>(
  found: readonly A[],
  expected: readonly B[],
  fit: (a: A, b: B) => boolean,
): (number | undefined)[] {
  const partnerOf: (number | undefined)[] = expected.map(() => undefined);
  const place = (index: number, tried: Set<number>): boolean => {
    for (const [wanted, candidate] of expected.entries()) {
      if (tried.has(wanted) || !fit(found[index] as A, candidate)) continue;
      tried.add(wanted);
      const rival = partnerOf[wanted];
      if (rival !== undefined && !place(rival, tried)) continue;
      partnerOf[wanted] = index;
      return true;
    }
    return false;
  };
  for (const index of found.keys()) place(index, new Set());
  return found.map((_, index) => {
    const wanted = partnerOf.indexOf(index);
    return wanted < 0 ? undefined : wanted;
  });
}

/** Why a difference is not the expected one. */
function problemsOf(one: Difference, wanted: ExpectedChange, context: MatchContext): string[] {
  const { table, kind } = targetOf(wanted);
  if (one.table !== table || one.kind !== kind) return ['another kind of change'];
  const compared = kind === 'added' ? one.row : one.before;
  const wrong = mismatches(wanted.row, compared, context).map((column) =>
    unlike(column, compared[column], wanted.row[column]),
  );
  if (!('changed' in wanted)) return wrong;
  const columns = new Set([...one.columns, ...Object.keys(wanted.to)]);
  for (const column of columns) {
    if (!(column in wanted.to)) wrong.push(`${column} changed to ${json(one.row[column])}`);
    else if (!fits(wanted.to[column], one.row[column], context))
      wrong.push(unlike(column, one.row[column], wanted.to[column]));
  }
  return wrong;
}

function targetOf(wanted: ExpectedChange): { table: string; kind: Difference['kind'] } {
  if ('added' in wanted) return { table: wanted.added, kind: 'added' };
  if ('changed' in wanted) return { table: wanted.changed, kind: 'changed' };
  return { table: wanted.removed, kind: 'removed' };
}

function missingText(wanted: ExpectedChange, surplus: readonly Difference[], context: MatchContext): string {
  const { table, kind } = targetOf(wanted);
  const near = surplus
    .filter((one) => one.table === table && one.kind === kind)
    .map((one) => problemsOf(one, wanted, context))
    .sort((a, b) => a.length - b.length)[0];
  const why = near === undefined ? '' : ` (the nearest: ${near.join('; ')})`;
  return `missing: ${table} ${kind} ${json('to' in wanted ? { ...wanted.row, ...wanted.to } : wanted.row)}${why}`;
}

function describe({ table, kind, row, before, columns }: Difference): string {
  if (kind !== 'changed') return `${table} ${kind} ${json(row)}`;
  const parts = columns.map((column) => `${column} from ${json(before[column])} to ${json(row[column])}`);
  return `${table} changed ${json(row['id'] ?? row)}: ${parts.join(', ')}`;
}

const unlike = (name: string, actual: unknown, wanted: unknown): string =>
  `${name} is ${json(actual)}, expected ${json(wanted)}`;

function json(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => (part instanceof RegExp ? String(part) : part)) ?? 'undefined'
  );
}
