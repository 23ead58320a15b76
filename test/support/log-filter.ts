/** A log entry as Cloud Logging stores it, as far as our filters look at it. */
export interface LogEntry {
  resource: { type: string; labels: Record<string, string> };
  severity: string;
  jsonPayload?: Record<string, unknown>;
  textPayload?: string;
}

/** What Cloud Run's logging agent makes of one line on standard output. */
export function entryOf(line: Record<string, unknown>, resource: LogEntry['resource']): LogEntry {
  const { severity, time: _time, ...rest } = line;
  const fields = Object.entries(rest).filter(([key]) => !key.startsWith('logging.googleapis.com/'));
  const payload =
    fields.length === 1
      ? { textPayload: String(rest['message']) }
      : { jsonPayload: Object.fromEntries(fields) };
  return { resource, severity: String(severity), ...payload };
}

const LEVELS = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];

/**
 * Whether a filter of the logging query language keeps an entry. It knows what our filters use: `=`, `=~`, `:` and `>=` (for severities), AND, OR,
 * NOT and brackets. @throws Error for anything else, so that a filter is never taken for true.
 */
export function keeps(filter: string, entry: LogEntry): boolean {
  const tokens = filter.match(/\(|\)|"(?:[^"\\]|\\.)*"|=~|>=|[=:]|[\w@.]+(?:"[^"]*")?/g) ?? [];
  let at = 0;
  const take = () => tokens[at++];
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === 'OR') {
      at++;
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (tokens[at] === 'AND') {
      at++;
      value = one() && value;
    }
    return value;
  };
  const one = (): boolean => {
    const token = take();
    if (token === 'NOT') return !one();
    if (token === '(') {
      const value = either();
      if (take() !== ')') throw new Error(`no closing bracket in ${filter}`);
      return value;
    }
    return compare(entry, token ?? '', take() ?? '', take() ?? '');
  };
  const value = either();
  if (at !== tokens.length) throw new Error(`not understood: ${tokens.slice(at).join(' ')}`);
  return value;
}

function compare(entry: LogEntry, path: string, sign: string, written: string): boolean {
  const wanted = written.startsWith('"') ? (JSON.parse(written) as string) : written;
  const found = valueAt(entry, path);
  if (sign === '>=' && path === 'severity') return LEVELS.indexOf(entry.severity) >= LEVELS.indexOf(wanted);
  if (found === undefined) return false;
  if (sign === '=') return String(found) === wanted;
  if (sign === '=~') return new RegExp(wanted).test(String(found));
  if (sign === ':') return String(found).toLowerCase().includes(wanted.toLowerCase());
  throw new Error(`not understood: ${path} ${sign} ${written}`);
}

function valueAt(entry: LogEntry, path: string): unknown {
  const keys = [...path.matchAll(/"([^"]*)"|[^."]+/g)].map(([bare, quoted]) => quoted ?? bare);
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], entry);
}
