import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { GATEWAY } from '../config/gateway-defaults.ts';
import { type WebhookDeps, serveWebhooks } from './webhooks.ts';

/** The gateway's HTTP: `GET /health` for whoever asks, and LiveKit's webhooks. */
export function createGatewayApp(deps: WebhookDeps): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: GATEWAY.bodyBytes,
      onError: (c) => c.json({ error: `the body is longer than ${GATEWAY.bodyBytes} bytes` }, 413),
    }),
  );
  app.get('/health', (c) => c.json({ status: 'ok' }));
  serveWebhooks(app, deps);
  app.notFound((c) => c.json({ error: 'there is GET /health and POST /webhooks/livekit' }, 404));
  app.onError((error, c) => {
    deps.log.error({ error }, 'a request failed');
    return c.json({ error: 'a bug: see the log' }, 500);
  });
  return app;
}
