import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import type { Releasers } from '../lifecycle/releasers.ts';
import { type Logger, createLogger } from '../log.ts';

/** A logger that writes to a file, which it empties first: stdout is the report's. */
export function createFileLogger(file: string, releasers: Releasers): Logger {
  mkdirSync(dirname(file), { recursive: true });
  const destination = pino.destination({ dest: file, sync: true, append: false });
  releasers.push('log', () => destination.end());
  return createLogger({ level: 'info', destination });
}
