import { serve } from '@hono/node-server';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import { OpenhoursError } from '../errors.ts';

/** An HTTP server that is listening. */
export interface RunningServer {
  readonly port: number;
  /** Takes nothing new; answers under way have `graceMs` (none unless given) before their connections are closed. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Serves an app; port 0 takes a free one.
 * @throws OpenhoursError CONFIG_INVALID when the port is taken or may not be used.
 */
export async function startServer(app: Hono, port: number, hostname?: string): Promise<RunningServer> {
  const server = serve({ fetch: app.fetch, port, ...(hostname === undefined ? {} : { hostname }) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new OpenhoursError(
      'CONFIG_INVALID',
      `PORT ${port} cannot be listened on: choose another, or 0 for a free one`,
      {
        cause,
      },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs = 0) =>
      new Promise((resolve) => {
        const cut = () => 'closeAllConnections' in server && server.closeAllConnections();
        const timer = graceMs === 0 ? undefined : setTimeout(cut, graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        if (graceMs === 0) cut();
      }),
  };
}
