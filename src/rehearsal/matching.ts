/** A row of a table, as JSON: column to value. */
export type Row = Readonly<Record<string, unknown>>;

/** What a value is compared in the light of. */
export interface MatchContext {
  /** The call that was played. */
  readonly callId: string;
  /** The rows of a table as they are now. */
  readonly rowsOf: (table: string) => readonly Row[];
}

/** A pattern for values that are not known beforehand, or differ from run to run by nature. */
export class Matcher {
  /** How it is shown in a report. */
  readonly shows: string;
  readonly fits: (value: unknown, context: MatchContext) => boolean;

  constructor(shows: string, fits: (value: unknown, context: MatchContext) => boolean) {
    this.shows = shows;
    this.fits = fits;
  }

  /** So that it can be read where a row is printed. */
  toJSON(): string {
    return `<${this.shows}>`;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** An instant in ISO 8601 with its offset. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/;

/** Any uuid. */
export const anyId = new Matcher('any id', (value) => typeof value === 'string' && UUID.test(value));
/** Any instant. */
export const anyTime = new Matcher('any time', (value) => typeof value === 'string' && INSTANT.test(value));
/** The id of the call that was played. */
export const thisCall = new Matcher('this call', (value, { callId }) => value === callId);

/** The id of a row of another table that fits: somebody who was registered in the call, for example. */
export function idOf(table: string, row: Row): Matcher {
  return new Matcher(`id of ${table} ${JSON.stringify(row)}`, (value, context) =>
    context
      .rowsOf(table)
      .some((candidate) => candidate['id'] === value && mismatches(row, candidate, context).length === 0),
  );
}

/** Whether a value is as expected. Instants may be written in different zones; objects may have more keys. */
export function fits(expected: unknown, actual: unknown, context: MatchContext): boolean {
  if (expected instanceof Matcher) return expected.fits(actual, context);
  if (expected instanceof RegExp) return typeof actual === 'string' && matches(expected, actual);
  if (typeof expected === 'string' && typeof actual === 'string') {
    return expected === actual || sameInstant(expected, actual);
  }
  if (Array.isArray(expected)) {
    const found = Array.isArray(actual) ? (actual as unknown[]) : [];
    return (
      Array.isArray(actual) &&
      expected.length === found.length &&
      expected.every((one, index) => fits(one, found[index], context))
    );
  }
  if (isObject(expected)) return isObject(actual) && mismatches(expected, actual, context).length === 0;
  return Object.is(expected, actual);
}

/** The columns in which a row differs from what is expected of it; columns that are not named are not looked at. */
export function mismatches(expected: Row, actual: Row, context: MatchContext): string[] {
  return Object.keys(expected).filter((column) => !fits(expected[column], actual[column], context));
}

/** A word or pattern in a text, whatever the case. */
export function matches(pattern: string | RegExp, text: string): boolean {
  if (typeof pattern === 'string') return text.toLowerCase().includes(pattern.toLowerCase());
  return (
    new RegExp(pattern.source, pattern.flags.includes('i') ? pattern.flags : `${pattern.flags}i`).exec(
      text,
    ) !== null
  );
}

function sameInstant(one: string, other: string): boolean {
  return INSTANT.test(one) && INSTANT.test(other) && Date.parse(one) === Date.parse(other);
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
