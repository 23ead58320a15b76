import type { Fleet, FleetWorker } from '../clinic/shifts.ts';
import { LOOKOUT } from '../config/defaults.ts';
import { GATEWAY } from '../config/gateway-defaults.ts';
import { COMINGS_AND_GOINGS, Lookout, type LookoutDeps, type RoomEvent } from '../lifecycle/takeover.ts';
import { type Wait, within } from '../lifecycle/waits.ts';

/** What the watchdog is made of. */
export interface WatchdogDeps extends Omit<LookoutDeps, 'by' | 'canTakeOver' | 'fleetFresh' | 'ownRooms'> {
  readonly fleet: Pick<Fleet, 'status'>;
  readonly wait: Wait;
}

/**
 * The look-out of the gateway, for calls that no worker sees to. It is the workers' own {@link Lookout}, with the same claims in the database, so
 * that whoever is first acts. It looks only while a webhook's request is held, every {@link LOOKOUT.everyMs}.
 */
export class Watchdog {
  readonly #deps: WatchdogDeps;
  readonly #lookout: Lookout;
  readonly #stopping = new AbortController();
  #takersOpen = false;
  #held = 0;
  #soon: Promise<void> | undefined;

  constructor(deps: WatchdogDeps) {
    this.#deps = deps;
    this.#lookout = new Lookout({
      ...deps,
      by: 'gateway',
      canTakeOver: () => this.#takersOpen,
      fleetFresh: () => true, // it gives no signs of life that could be missed
    });
  }

  /**
   * Watches over the call that a webhook tells of, until it needs nothing: it has an agent, was transferred, is owed a callback, or is over. The
   * last request that is held also waits for other calls that were found without an agent. Resolves to false when that is not so after
   * `GATEWAY.holdMs`, when the gateway stops, or when LiveKit or the database cannot be seen. Never rejects.
   */
  async watch(event: RoomEvent): Promise<boolean> {
    const room = event.room?.name;
    if (room === undefined || ![...COMINGS_AND_GOINGS, 'room_finished'].includes(event.event)) return true;
    const until = this.#deps.nowMs() + GATEWAY.holdMs;
    this.#held += 1;
    try {
      await this.#askFleet();
      await this.#lookout.onWebhook(event);
      await this.#lookout.tick();
      while (this.#isNeeded(room)) {
        if (this.#stopping.signal.aborted || this.#deps.nowMs() >= until) return false;
        await this.#lookSoon();
      }
      return !this.#lookout.blind;
    } finally {
      this.#held -= 1;
    }
  }

  /** Lets go of every request, begins nothing new, and waits `GATEWAY.stopMs` for what was begun. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await within(this.#lookout.stop(), GATEWAY.stopMs, this.#deps.wait);
  }

  #isNeeded(room: string): boolean {
    return this.#lookout.isConcerned(room) || (this.#held === 1 && this.#lookout.isConcerned());
  }

  /** One next look for all who wait for it. */
  #lookSoon(): Promise<void> {
    this.#soon ??= this.#lookAfterPause().finally(() => (this.#soon = undefined));
    return this.#soon;
  }

  async #lookAfterPause(): Promise<void> {
    await this.#deps.wait(LOOKOUT.everyMs, this.#stopping.signal).catch(() => undefined);
    if (this.#stopping.signal.aborted) return;
    await this.#askFleet();
    await this.#lookout.tick();
  }

  /** Whether a worker is open and has room; nobody is when the database does not say, and then no takeover could be claimed either. */
  async #askFleet(): Promise<void> {
    const { fleet, agentName, log } = this.#deps;
    try {
      this.#takersOpen = (await fleet.status(agentName)).workers.some(hasRoom);
    } catch (error) {
      log.debug({ error }, 'the fleet is not known');
      this.#takersOpen = false;
    }
  }
}

const hasRoom = ({ state, dead, active_calls, max_calls }: FleetWorker): boolean =>
  state === 'open' && !dead && active_calls < max_calls;
