import { type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** Passes a request on to another origin, and its answer back; a connection that is reset there is reset here. */
export function forward(origin: string, request: IncomingMessage, response: ServerResponse): void {
  const target = new URL(request.url ?? '/', origin);
  const onward = send(target, { method: request.method, headers: { ...request.headers, host: target.host } });
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.once('aborted', () => request.socket.resetAndDestroy());
    answer.pipe(response);
  });
  onward.once('error', () => request.socket.resetAndDestroy());
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}
