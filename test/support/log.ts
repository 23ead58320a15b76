import { type Logger, createLogger } from '../../src/log.ts';

/** A line as it was written. */
export type LogLine = Record<string, unknown> & { severity: string; message: string };

/** A real logger that keeps its lines instead of printing them. */
export function collectLog(): { log: Logger; lines: LogLine[]; messages: () => string[] } {
  const lines: LogLine[] = [];
  const log = createLogger({
    level: 'trace',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) },
  });
  return { log, lines, messages: () => lines.map(({ message }) => message) };
}
