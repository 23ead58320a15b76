/** What the worker's process sends when this one has to end (@livekit/agents 1.9.0, dist/ipc/message). */
const SHUTDOWN = 'shutdownRequest';

/**
 * Aborted when the worker asks this process to end. The framework waits up to 15 s for the entrypoint to return before it closes anything, and
 * tells the entrypoint nothing: so the entrypoint listens itself.
 */
export function shutdownRequested(): AbortSignal {
  const controller = new AbortController();
  process.on('message', (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'case' in message && message.case === SHUTDOWN) {
      controller.abort();
    }
  });
  return controller.signal;
}
