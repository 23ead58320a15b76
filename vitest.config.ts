import { defineConfig } from 'vitest/config';

/** Long ones, which `scripts/test` has beside the other unit tests. */
const BESIDE = [
  'src/commands/rehearse-all.test.ts',
  'src/components/environments.test.ts',
  'test/deploy/!(faults|scripts).test.ts',
];
/** They start servers and wait for them, but listen to nobody: what else the machine does is no matter to them. */
const SERVERS = ['test/dev-stack.test.ts', 'test/livekit-front.test.ts'];

export default defineConfig({
  test: {
    // NODE_ENV keeps the native LiveKit client from writing its debug lines.
    env: { TZ: 'UTC', NODE_ENV: 'production' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'agent/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: BESIDE,
          testTimeout: 10_000,
          // A worker's first database takes 1 s, far longer on a busy machine.
          hookTimeout: 60_000,
          globalSetup: 'test/support/database-sweep.ts',
          // One worker for all files: each would otherwise load the LiveKit framework anew (27 s instead of 6 s).
          isolate: false,
        },
      },
      { extends: true, test: { name: 'beside', include: BESIDE, testTimeout: 10_000 } },
      // With the real gcloud: what CI has of it, the scripts as they are typed, and the table of faults, which takes minutes (`npm run test:deploy`).
      {
        extends: true,
        test: {
          name: 'deploy',
          include: ['test/deploy/{deploy,targets,scripts,faults}.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: SERVERS,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'calls',
          include: ['test/**/*.test.ts'],
          exclude: [...SERVERS, 'test/deploy/**'],
          // One local stack at a time: what these measure, or break, another stack beside them would disturb.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
