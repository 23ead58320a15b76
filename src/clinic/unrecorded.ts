import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CallGivenUp } from './calls.ts';
import { CALL_OUTCOMES } from './calls.ts';

const line = z.object({
  room: z.string(),
  dialledNumber: z.string().optional(),
  clinicSlug: z.string().optional(),
  callerNumber: z.string().optional(),
  workerId: z.string(),
  outcome: z.enum(CALL_OUTCOMES),
  reason: z.string(),
});

/**
 * Outcomes of calls that the database would not take while it was gone, on the worker's own disk: a call's process adds them, the worker
 * brings them home once the database answers again. They are lost with the disk, which on Cloud Run is the end of the execution.
 */
export class Unrecorded {
  readonly #file: string;

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'unrecorded-calls.jsonl');
  }

  /** Keeps an outcome. */
  async add(call: CallGivenUp): Promise<void> {
    await mkdir(join(this.#file, '..'), { recursive: true });
    // The file holds telephone numbers: readable by its owner alone.
    await appendFile(this.#file, `${JSON.stringify(call)}\n`, { mode: 0o600 });
  }

  /**
   * Hands every kept outcome to `record`; those for which it rejects are kept.
   * @returns How many were recorded.
   */
  async bringHome(record: (call: CallGivenUp) => Promise<unknown>): Promise<number> {
    const taken = `${this.#file}.${process.pid}`;
    try {
      // Renamed first: what is added meanwhile goes to a new file.
      await rename(this.#file, taken);
    } catch {
      return 0; // there is none, which is the rule
    }
    let recorded = 0;
    for (const text of (await readFile(taken, 'utf8')).split('\n')) {
      const parsed = line.safeParse(parse(text));
      if (!parsed.success) continue;
      const call = parsed.data as CallGivenUp;
      try {
        await record(call);
        recorded += 1;
      } catch {
        await this.add(call);
      }
    }
    await rm(taken, { force: true });
    return recorded;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
