import type { CallOutcome } from '../../src/clinic/calls.ts';
import type { FleetWish } from './fleet.ts';
import type { Moment } from './patient-caller.ts';
import type { Scene } from './scene.ts';

/** The project's target for the longest silence of a call. */
export const SILENCE_MS = 3_000;
/** … and where a whole worker is killed. */
export const LOST_SILENCE_MS = 5_000;

/** What must come of a call. */
export interface Expectation {
  /** Any of these. */
  readonly outcomes: readonly CallOutcome[];
  readonly maxSilenceMs: number;
  /** The conversation reaches a booking. */
  readonly goesOn: boolean;
  /** Appointments per call, where it is not one that goes on and none that does not. */
  readonly bookings?: number;
  /** Something that the caller hears after the fault. */
  readonly heard?: RegExp;
  /** The worker that was told to end is gone by then, with code 0. */
  readonly exitMs?: number;
}

/** One row of the table of faults. */
export interface FaultRow {
  readonly name: string;
  readonly when: Moment;
  readonly apply: (scene: Scene) => Promise<void>;
  readonly expect: Expectation;
  /** One worker, unless it says otherwise. */
  readonly fleet?: FleetWish;
  /** Calls at the same time; the fault strikes at the moment of one, and the others say nothing. */
  readonly calls?: number;
  /** Changes to the clinic, before the workers start. */
  readonly setUp?: (scene: Scene) => Promise<void>;
  /** The call comes when the worker is this old. */
  readonly dialAtAgeMs?: number;
  /** The caller understands what is said by its sound: the ledger is slower than the conversation. */
  readonly byEar?: boolean;
  /** The caller hangs up this long after the fault. */
  readonly hangUpAfterMs?: number;
}

/** A call that goes on as if nothing had been. */
export const BOOKED: Expectation = { outcomes: ['booked'], maxSilenceMs: SILENCE_MS, goesOn: true };

/** A call that another agent goes on with. */
export const TAKEN_OVER: Expectation = { ...BOOKED, heard: /cut off for a moment/i };

/** A call that nobody can go on with, at a clinic with somebody at the desk. */
export const TRANSFERRED: Expectation = {
  outcomes: ['transferred'],
  maxSilenceMs: SILENCE_MS,
  goesOn: false,
  heard: /connecting you/i,
};

/** A call that nobody can go on with, and nobody picks up. */
export const CALLED_BACK: Expectation = {
  outcomes: ['callback_owed'],
  maxSilenceMs: SILENCE_MS,
  goesOn: false,
  heard: /call you back/i,
};
