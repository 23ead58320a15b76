import { type DestinationStream, type Logger, pino } from 'pino';
import { createRequire } from 'node:module';
import type pretty from 'pino-pretty';

export type { Logger } from 'pino';

/** How a process logs. */
export interface LogOptions {
  level: string;
  /** Fields on every line, such as `workerId`. */
  fields?: Record<string, unknown>;
  /** Readable lines instead of JSON: for a terminal. */
  pretty?: boolean;
  /** The Google project that traces belong to; without it they are written as bare ids. */
  project?: string | undefined;
  destination?: DestinationStream;
}

/** Cloud Logging's names for pino's levels (https://cloud.google.com/logging/docs/structured-logging). */
const SEVERITY: Record<string, string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/**
 * A logger that writes one JSON object a line as Cloud Logging reads it: `severity`, `message`, `time`. Messages are static strings and
 * values are fields; caller data stands only under `pii`, which is never written.
 */
export function createLogger(options: LogOptions): Logger {
  const destination =
    options.destination ??
    (options.pretty === true ? prettyStdout() : pino.destination({ dest: 1, sync: true }));
  return pino(
    {
      level: options.level,
      base: options.fields ?? {},
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // The framework logs whole jobs: a room is named after the caller's number, a participant has it.
      redact: { paths: ['pii', '*.pii', 'job.room', 'job.participant'], censor: '[redacted]' },
      formatters: {
        level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }),
        log: withoutFrameworkPii,
      },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    destination,
  );
}

/** The agents framework puts caller data under keys that begin with `lk.pii.`. */
function withoutFrameworkPii(fields: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(fields);
  if (!keys.some((key) => key.startsWith('lk.pii.'))) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !key.startsWith('lk.pii.')));
}

function prettyStdout(): DestinationStream {
  // Loaded only for a terminal: the container never needs it.
  const load = createRequire(import.meta.url);
  return (load('pino-pretty') as typeof pretty)({
    colorize: process.stdout.isTTY,
    messageKey: 'message',
    levelKey: 'severity',
    timestampKey: 'time',
    translateTime: 'SYS:HH:MM:ss.l',
    customColors: 'INFO:blue,WARNING:yellow,ERROR:red,DEBUG:gray',
    ignore: 'workerId,agentName,clinicId,logging.googleapis.com/trace',
    sync: true,
  });
}

/**
 * The field by which Cloud Logging groups the lines of one call: a trace named after the call's id (32 hexadecimal digits).
 */
export function traceField(callId: string, project: string | undefined): Record<string, string> {
  const trace = callId.replaceAll('-', '');
  return {
    'logging.googleapis.com/trace': project === undefined ? trace : `projects/${project}/traces/${trace}`,
  };
}
