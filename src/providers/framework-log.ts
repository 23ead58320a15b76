import { initializeLogger } from '@livekit/agents';
import type { Logger } from '../log.ts';

/** Where @livekit/agents 1.9.0 keeps its logger (dist/log_core.js): its own writes another format, without severity. */
const FRAMEWORK_LOGGER = Symbol.for('@livekit/agents:logger');

/** Makes the agents framework write through our logger, so that its lines have a severity and the ids of the call. */
export function useLoggerForFramework(log: Logger): void {
  initializeLogger({ pretty: false, level: log.level });
  (globalThis as Record<symbol, unknown>)[FRAMEWORK_LOGGER] = log.child({ component: 'livekit' });
}
