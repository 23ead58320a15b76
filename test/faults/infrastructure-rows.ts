import { BOOKED, type FaultRow, LOST_SILENCE_MS, TRANSFERRED } from './row.ts';

/** The database, as every worker sees it. */
const database: readonly FaultRow[] = [
  {
    name: 'the database is slow (2 s)',
    when: 'between turns',
    byEar: true,
    apply: async (scene) => scene.database('slow', 2_000),
    expect: BOOKED,
  },
  {
    name: 'the database is slow (2 s) from the start',
    when: 'before the call',
    byEar: true,
    apply: async (scene) => scene.database('slow', 2_000),
    expect: BOOKED,
  },
  {
    name: 'the database is gone for 5 s',
    when: 'between turns',
    async apply(scene) {
      scene.database('down');
      scene.later(5_000, () => scene.database('ok'));
    },
    expect: BOOKED,
  },
  {
    name: 'the database hangs for 5 s',
    when: 'while it thinks',
    async apply(scene) {
      scene.database('hang');
      scene.later(5_000, () => scene.database('ok'));
    },
    expect: BOOKED,
  },
  {
    name: 'the database is gone for 3 s as it is booked',
    when: 'after the read-back',
    async apply(scene) {
      scene.database('down');
      scene.later(4_500, () => scene.database('ok'));
    },
    expect: BOOKED,
  },
  {
    name: 'the database is gone when the call comes',
    when: 'before the call',
    async apply(scene) {
      scene.database('down');
      scene.later(20_000, () => scene.database('ok'));
    },
    // Without a database the words are heard and stand nowhere.
    expect: { ...TRANSFERRED, heard: /./ },
  },
  {
    name: 'the database is gone at the end',
    when: 'before the farewell',
    async apply(scene) {
      scene.database('down');
      scene.later(12_000, () => scene.database('ok'));
    },
    expect: BOOKED,
  },
];

/** LiveKit and the way to it. */
const livekit: readonly FaultRow[] = [
  {
    name: 'LiveKit is restarted',
    when: 'between turns',
    apply: (scene) => scene.test.stack.restartLiveKit({ downMs: 200 }),
    expect: BOOKED,
  },
  {
    name: 'the network to LiveKit is cut for 3 s',
    when: 'between turns',
    async apply(scene) {
      await scene.livekit({ network: { down: true } });
      scene.later(3_000, () => scene.livekit({ network: { down: false } }));
    },
    // Nobody can speak until LiveKit's SDK has made the connection anew: 5–7 s after the cut, of which the caller talks 3.5.
    expect: { ...BOOKED, maxSilenceMs: LOST_SILENCE_MS },
  },
  {
    name: 'the network to LiveKit is frozen for 3 s',
    when: 'between turns',
    async apply(scene) {
      await scene.livekit({ network: { freeze: true } });
      scene.later(3_000, () => scene.livekit({ network: { freeze: false } }));
    },
    expect: BOOKED,
  },
];

/** Faults of what the calls need besides. */
export const INFRASTRUCTURE_ROWS: readonly FaultRow[] = [...database, ...livekit];
