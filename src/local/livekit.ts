import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { OpenhoursError } from '../errors.ts';
import { type GuardedChild, startGuarded } from './child.ts';
import { freeTcpPort } from './free-port.ts';
import { ensureLiveKitServer } from './livekit-build.ts';

/** What {@link startLiveKit} needs to know. */
export interface LiveKitOptions {
  /** Where the server is built and kept, shared by all checkouts. */
  cacheDir: string;
  /** Where the server's configuration stands while it starts. */
  stateDir: string;
  logDir: string;
  /** The TCP port; a free one when absent. */
  port?: number;
  onProgress?: (message: string) => void;
  /** The PATH to look for livekit-server, go and python3 in. */
  path: string;
  /** Environment for a build (HOME, proxies, GOFLAGS, PIP_* ...); the server itself gets none of it. */
  env?: Record<string, string>;
}

/** A LiveKit server of our own, reachable from this machine only. */
export interface LocalLiveKit {
  /** ws://127.0.0.1:N */
  readonly url: string;
  /** http://127.0.0.1:N */
  readonly httpUrl: string;
  /** Made for this start; valid until it stops. */
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The one UDP port of all media. */
  readonly udpPort: number;
  readonly logFile: string;
  /** Settles when the server's present process has ended, asked or not, with its exit code. */
  readonly exited: Promise<number>;
  /**
   * Ends the server, waits, and starts it again on the same ports with the same keys; resolves when it answers. Rooms are forgotten, and
   * who was in them may come back by itself.
   * @throws OpenhoursError LOCAL_PROCESS_FAILED when it does not come back, or was stopped for good meanwhile.
   */
  restart(options: { downMs: number }): Promise<void>;
  /** Calls still up are cut. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Measured 0.05–0.12 s on 2 busy cores; the rest is for machines that are busy. */
const READY_TIMEOUT_MS = 20_000;
/** Asked to stop, the server waits until every participant and idle connection has gone. It has nothing to save, so it is killed soon. */
const STOP_TIMEOUT_MS = 300;
/** A port found free can be taken before the server has it. */
const ATTEMPTS = 3;

/**
 * Starts a LiveKit server on loopback, having built one if the machine has none. Several can run at once.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when there is no server and none can be built; LOCAL_PROCESS_FAILED when it does not start.
 */
export async function startLiveKit(options: LiveKitOptions): Promise<LocalLiveKit> {
  const onProgress = options.onProgress ?? (() => undefined);
  const { path, env = {}, logDir, cacheDir } = options;
  const binary = await ensureLiveKitServer({ path, env, logDir, cacheDir, onProgress });
  mkdirSync(options.stateDir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options, binary);
    } catch (error) {
      const portTaken = error instanceof OpenhoursError && error.details['portTaken'] === true;
      if (!portTaken || options.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** What stays the same when a server is restarted. */
interface Identity {
  readonly port: number;
  readonly udpPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
}

async function startOnce(options: LiveKitOptions, binary: string): Promise<LocalLiveKit> {
  const identity: Identity = {
    port: options.port ?? (await freeTcpPort()),
    udpPort: await freeUdpPort(),
    apiKey: `local${randomBytes(6).toString('hex')}`,
    apiSecret: randomBytes(32).toString('base64url'),
  };
  const { port, udpPort, apiKey, apiSecret } = identity;
  let child = await launch(options, binary, identity);
  let stopped = false;
  let restarting: Promise<void> = Promise.resolve();
  const restart = async (downMs: number) => {
    await child.stop();
    await delay(downMs);
    if (stopped) throw new OpenhoursError('LOCAL_PROCESS_FAILED', 'The LiveKit server was stopped');
    child = await launch(options, binary, identity);
  };
  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    apiKey,
    apiSecret,
    udpPort,
    logFile: child.logFile,
    get exited() {
      return child.exited;
    },
    restart({ downMs }) {
      const done = restarting.then(() => restart(downMs));
      restarting = done.catch(() => undefined); // whoever asked is told
      return done;
    },
    async stop() {
      stopped = true;
      await restarting;
      await child.stop();
    },
  };
}

/** Starts the process and waits until it answers. */
async function launch(options: LiveKitOptions, binary: string, identity: Identity): Promise<GuardedChild> {
  const { port, apiKey, apiSecret } = identity;
  const configFile = join(options.stateDir, `livekit-${apiKey}.yaml`);
  writeFileSync(configFile, serverConfig(identity), { mode: 0o600 });
  const logFile = join(options.logDir, `livekit-${port}.log`);
  const loggedBefore = existsSync(logFile) ? statSync(logFile).size : 0;
  const child = await startGuarded({
    name: 'LiveKit server',
    command: binary,
    args: ['--config', configFile],
    env: {},
    logFile,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  try {
    const rooms = new RoomServiceClient(`http://127.0.0.1:${port}`, apiKey, apiSecret, { requestTimeout: 1 });
    if (!(await becomesReady(child, rooms))) {
      const output = readFileSync(logFile).subarray(loggedBefore).toString();
      const why = child.running() ? `was not ready after ${READY_TIMEOUT_MS} ms` : 'ended at its start';
      throw new OpenhoursError('LOCAL_PROCESS_FAILED', `The LiveKit server ${why}; see ${logFile}`, {
        details: { port, portTaken: output.includes('address already in use'), output: output.slice(-2_000) },
      });
    }
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    rmSync(configFile, { force: true }); // read once, and it holds the secret
  }
}

/** Only our server knows our keys: another one that has the port already does not pass for it. */
async function becomesReady(child: GuardedChild, rooms: RoomServiceClient): Promise<boolean> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (child.running() && performance.now() < deadline) {
    const answered = await rooms.listRooms().then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await delay(20);
  }
  return false;
}

/** The server's configuration. By its defaults it would listen on every address and ask public STUN servers for its own. */
export function serverConfig(ports: {
  port: number;
  udpPort: number;
  apiKey: string;
  apiSecret: string;
}): string {
  return `port: ${ports.port}
bind_addresses: [127.0.0.1]
rtc:
  udp_port: ${ports.udpPort}
  tcp_port: 0
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  interfaces: { includes: [lo, lo0] }
  ips: { includes: [127.0.0.0/8] }
  # An empty list would hand public STUN servers to every client. Nothing answers at the discard port, and nothing needs to. It must not be
  # the media port: what comes from a STUN server's address a client takes for STUN, and it never connects.
  stun_servers: ['127.0.0.1:9']
turn: { enabled: false }
room: { empty_timeout: 30, departure_timeout: 5 }
keys: { ${ports.apiKey}: ${ports.apiSecret} }
logging: { level: info, json: true, pion_level: error }
`;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
