import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** In the names of the folders that hold this run's databases. */
    databaseMark: string;
  }
}

/** Below vitest's own limit for a teardown, 10 s. Measured 0.2 s on 2 idle cores. */
const GONE_TIMEOUT_MS = 9_000;

/**
 * Keeps a run from ending before the servers of `openTestDatabase` are gone, and their data: they end with their worker, which vitest ends
 * without giving it time for that. A `globalSetup` of vitest; returns its teardown.
 */
export default function setUp(project: TestProject): () => Promise<void> {
  const mark = `${randomUUID()}-`;
  project.provide('databaseMark', mark);
  const left = () => readdirSync(tmpdir()).filter((name) => name.includes(mark));
  return async () => {
    const deadline = performance.now() + GONE_TIMEOUT_MS;
    while (left().length > 0) {
      if (performance.now() > deadline) throw new Error(`Still in ${tmpdir()}: ${left().join(', ')}`);
      await delay(20);
    }
  };
}
