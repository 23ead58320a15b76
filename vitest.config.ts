import { defineConfig } from 'vitest/config';

/** A minute of a core, which `scripts/test` has beside the unit tests. */
const ALL_BY_TEXT = 'src/commands/rehearse-all.test.ts';

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
          exclude: [ALL_BY_TEXT],
          testTimeout: 10_000,
          // One worker for all files: each would otherwise load the LiveKit framework anew (27 s instead of 6 s).
          isolate: false,
        },
      },
      { extends: true, test: { name: 'rehearsal', include: [ALL_BY_TEXT] } },
      {
        extends: true,
        test: {
          name: 'calls',
          include: ['test/**/*.test.ts'],
          // One local stack at a time: calls in parallel starve each other's audio on two cores.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
