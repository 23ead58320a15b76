import { initializeLogger, log as frameworkLog } from '@livekit/agents';
import type { Logger } from '../log.ts';

/** Where @livekit/agents 1.9.0 keeps its logger (dist/log_core.js). */
const FRAMEWORK_LOGGER = Symbol.for('@livekit/agents:logger');

/** pino's level numbers that matter here. */
const WARN = 40;
const ERROR = 50;

/**
 * Makes the agents framework write through our logger, so that its lines have a severity and the ids of the call, and caller data is left
 * out. At level `info` only its warnings are kept: it tells of every task it ends.
 */
export function useLoggerForFramework(log: Logger): void {
  const level = log.level === 'info' ? 'warn' : log.level;
  const ours = log.child({ component: 'livekit' }, { level });
  const globals = globalThis as Record<symbol, unknown>;
  // A call's process has a logger before we are asked, and the call's own is a child of that one.
  const earlier = globals[FRAMEWORK_LOGGER];
  if (typeof earlier === 'object' && earlier !== null) redirect(earlier, ours);
  initializeLogger({ pretty: false, level });
  redirect(frameworkLog(), ours);
  globals[FRAMEWORK_LOGGER] = ours;
}

/**
 * Parts of the framework keep children of the logger it made first, which write to that one's stream: rooms, named after the caller's
 * number, would be on record. So the stream itself hands its lines to us.
 */
function redirect(framework: object, ours: Logger): void {
  const stream = Object.getOwnPropertySymbols(framework).find(
    (symbol) => symbol.description === 'pino.stream',
  );
  if (stream === undefined) return;
  (framework as Record<symbol, unknown>)[stream] = { write: (line: string) => forward(line, ours) };
}

function forward(line: string, ours: Logger): void {
  const { level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  // Ours says these itself.
  for (const name of ['time', 'hostname', 'pid']) delete fields[name];
  const text = typeof msg === 'string' ? msg : 'framework message';
  if (Number(level) >= ERROR) ours.error(fields, text);
  else if (Number(level) >= WARN) ours.warn(fields, text);
  else ours.debug(fields, text);
}
