import { LIFECYCLE } from '../../src/config/defaults.ts';
import { eatMemory } from './eat-memory.ts';
import type { Moment } from './patient-caller.ts';
import { BOOKED, CALLED_BACK, type FaultRow, LOST_SILENCE_MS, TAKEN_OVER, TRANSFERRED } from './row.ts';
import type { Scene } from './scene.ts';

const killedWhen: readonly (readonly [string, Moment])[] = [
  ['it greets', 'while the greeting is spoken'],
  ['it listens', 'while the caller speaks'],
  ['it thinks', 'while it thinks'],
  ['it speaks', 'while the agent speaks'],
  ['it waits for a yes', 'after the read-back'],
  ['it has just booked', 'right after the booking'],
];

/** One call's process. */
const processes: readonly FaultRow[] = [
  ...killedWhen.map(([what, when]) => ({
    name: `the call's process is killed while ${what}`,
    when,
    apply: (scene: Scene) => scene.killCall(),
    expect: TAKEN_OVER,
  })),
  {
    name: "the call's process hangs",
    when: 'while it thinks',
    apply: (scene) => scene.killCall('SIGSTOP'),
    expect: TAKEN_OVER,
  },
  {
    name: "the call's process eats memory",
    when: 'between turns',
    apply: async (scene) => eatMemory((await scene.holder()).pid),
    expect: TAKEN_OVER,
  },
  {
    name: 'the waiting processes are killed as the call comes',
    when: 'while it rings',
    async apply(scene) {
      const [worker] = scene.fleet.running;
      if (worker === undefined) return;
      for (const pid of scene.fleet.idleProcesses(worker)) process.kill(pid, 'SIGKILL');
    },
    expect: BOOKED,
  },
];

/** Between two workers. */
const NOBODY_MS = 3_000;
const LOST = { maxSilenceMs: LOST_SILENCE_MS };

/** A whole worker. */
const workers: readonly FaultRow[] = [
  {
    name: 'the worker alone is killed; another one is there',
    when: 'while it thinks',
    fleet: { workers: 2 },
    apply: (scene) => scene.killWorker(false),
    expect: { ...BOOKED, ...LOST, heard: /a colleague takes over|cut off for a moment/i },
  },
  {
    name: 'the worker alone is killed; no other is there',
    when: 'while it thinks',
    apply: (scene) => scene.killWorker(false),
    // An orphan has 11 s in all, which are not always enough for a transfer.
    expect: {
      ...TRANSFERRED,
      ...LOST,
      outcomes: ['transferred', 'callback_owed'],
      heard: /connecting you|call you back/i,
    },
  },
  {
    name: 'the worker and its processes are killed; another one is there',
    when: 'while it thinks',
    fleet: { workers: 2 },
    apply: (scene) => scene.killWorker(true),
    expect: { ...TAKEN_OVER, ...LOST },
  },
  {
    name: 'the worker and its processes are killed; the next starts 3 s later',
    when: 'while it thinks',
    async apply(scene) {
      await scene.killWorker(true);
      scene.later(NOBODY_MS, async () => {
        (await scene.fleet.start()).tainted = true;
      });
    },
    expect: {
      ...TAKEN_OVER,
      // While there is no worker there is nobody to speak.
      maxSilenceMs: NOBODY_MS + LOST_SILENCE_MS,
      outcomes: ['booked', 'transferred', 'callback_owed'],
    },
  },
  {
    name: 'a call comes before there is any worker',
    when: 'while it rings',
    fleet: { workers: 0 },
    async apply(scene) {
      await scene.fleet.start();
    },
    expect: BOOKED,
  },
];

const EXITED = { exitMs: LIFECYCLE.stopNoticeMs };
const terminated = (scene: Scene) => scene.terminate();
const when: Moment = 'while the agent speaks';

/** SIGTERM, and the end of a shift. */
const endings: readonly FaultRow[] = [
  {
    name: 'SIGTERM; another worker is there',
    when,
    fleet: { workers: 2 },
    apply: terminated,
    expect: { ...BOOKED, ...EXITED, heard: /a colleague takes over/i },
  },
  {
    name: 'the platform moves the machine (SIGTSTP); another worker is there',
    when,
    fleet: { workers: 2 },
    apply: (scene) => scene.moveMachine(),
    expect: { ...BOOKED, heard: /a colleague takes over/i },
  },
  {
    name: 'SIGTERM alone; the front desk picks up',
    when,
    apply: terminated,
    expect: { ...TRANSFERRED, ...EXITED },
  },
  {
    name: 'SIGTERM alone; the front desk is busy',
    when,
    async apply(scene) {
      await scene.livekit({ transfer: { outcome: 'busy' } });
      await scene.terminate();
    },
    expect: { ...CALLED_BACK, ...EXITED },
  },
  {
    name: 'SIGTERM alone; nobody picks up',
    when,
    async apply(scene) {
      await scene.livekit({ transfer: { outcome: 'no_answer' } });
      await scene.terminate();
    },
    expect: { ...CALLED_BACK, ...EXITED },
  },
  {
    name: 'SIGTERM alone; there is no front desk',
    when,
    setUp: (scene) => scene.clinic('staff_number = null'),
    apply: terminated,
    expect: { ...CALLED_BACK, ...EXITED },
  },
  {
    name: 'SIGTERM with 4 calls',
    when,
    calls: 4,
    apply: terminated,
    expect: { ...TRANSFERRED, ...EXITED },
  },
  {
    name: 'the caller hangs up during a handover',
    when,
    fleet: { workers: 2 },
    hangUpAfterMs: 2_500,
    apply: terminated,
    expect: {
      ...BOOKED,
      ...EXITED,
      goesOn: false,
      outcomes: ['completed', 'abandoned', 'handed_over', 'callback_owed'],
    },
  },
  {
    name: 'the clinic closes in a minute',
    when: 'before the call',
    fleet: { workers: 1, env: { SHIFT_FOR: '100s' } },
    dialAtAgeMs: 66_000,
    apply: async () => undefined,
    expect: { ...BOOKED, heard: /the clinic closes/i },
  },
  {
    name: 'the shift ends in mid-call',
    when: 'before the call',
    fleet: { workers: 1, env: { SHIFT_FOR: '40s' } },
    dialAtAgeMs: 28_000,
    apply: async () => undefined,
    expect: { ...TRANSFERRED, outcomes: ['booked', 'transferred'] },
  },
  {
    name: 'a call comes after hours',
    when: 'before the call',
    fleet: { workers: 1, env: { SHIFT_FOR: '' } },
    setUp: lunchTime,
    apply: async () => undefined,
    expect: {
      outcomes: ['after_hours'],
      maxSilenceMs: 3_300, // after the message another word is waited for
      goesOn: false,
      heard: /noted your message/i,
    },
  },
];

/** Moves the clinic to where it is noon now, and closes it for an hour: the worker stays over lunch. */
async function lunchTime(scene: Scene): Promise<void> {
  const east = 12 - new Date().getUTCHours();
  await scene.clinic(`time_zone = 'Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}'`);
  const span = (opens: string, closes: string) =>
    scene.test.sql(
      `insert into clinic_hours (clinic_id, weekday, opens, closes)
       select id, weekday, time '${opens}', time '${closes}' from clinics, generate_series(1, 7) weekday
       where slug = 'karachi-smiles'`,
    );
  await scene.test.sql('delete from clinic_hours');
  await span('08:00', '11:55');
  await span('13:10', '18:00');
}

/** Faults and ends of what has the calls. */
export const WORKER_ROWS: readonly FaultRow[] = [...processes, ...workers, ...endings];
