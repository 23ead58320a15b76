import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { toE164 } from '../clinic/phone.ts';
import type { NewTask, Tasks } from '../clinic/tasks.ts';
import type { ClinicProfile } from '../clinic/clinics.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import { isOpenhoursError } from '../errors.ts';

/** What `POST /run` needs of the worker. */
export interface RunSource {
  /** What whoever asks has to know; undefined where nobody may ask. */
  readonly token: string | undefined;
  /** The clinic of that slug, if the worker serves it. */
  readonly findClinic: (slug: string) => Promise<Pick<ClinicProfile, 'id' | 'country'> | undefined>;
  readonly add: Tasks['add'];
  /** Something of ours did not work. */
  readonly failed: (error: unknown) => void;
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const orderSchema = z.strictObject({
  type: z.literal('call'),
  clinic: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug'),
  to: z.string().min(3).max(40),
  kind: z.enum(['callback', 'reminder', 'call']).default('call'),
  note: z.string().max(DIALLING.noteChars).optional(),
  priority: z.number().int().min(-100).max(100).default(0),
  earliest: instant.optional(),
  latest: instant.optional(),
  key: z.string().min(1).max(200).optional(),
});

/**
 * `POST /run`: something for the workers to do. Today that is a call to make, which the first worker with room for it makes. Answers
 * `{task_id, created}`; the same `key` again is the same task.
 */
export function serveRun(app: Hono, source: RunSource): void {
  app.post('/run', async (c) => {
    const { token } = source;
    if (token === undefined) return c.json({ error: 'WORKER_TOKEN is not set: nobody may ask' }, 503);
    if (!mayAsk(c.req.header('authorization'), token)) return c.json({ error: 'the token is not ours' }, 401);
    const body: unknown = await c.req.json().catch(() => undefined);
    const order = orderSchema.safeParse(body);
    if (!order.success) return c.json({ error: z.prettifyError(order.error) }, 400);
    return await run(c, order.data, source);
  });
}

async function run(c: Context, order: z.infer<typeof orderSchema>, source: RunSource): Promise<Response> {
  try {
    const clinic = await source.findClinic(order.clinic);
    if (clinic === undefined) return c.json({ error: 'no clinic of this worker has that slug' }, 404);
    const toNumber = toE164(order.to, clinic.country);
    if (toNumber === undefined) return c.json({ error: 'to is no telephone number' }, 400);
    return c.json(await source.add({ clinicId: clinic.id, toNumber, ...taskOf(order) }));
  } catch (error) {
    if (isOpenhoursError(error, 'INPUT_INVALID')) return c.json({ error: 'the call cannot be made so' }, 400);
    source.failed(error);
    return c.json({ error: 'the database did not take it' }, 503);
  }
}

/** As the database wants it: what was left out is left out. */
function taskOf(order: z.infer<typeof orderSchema>): Omit<NewTask, 'clinicId' | 'toNumber'> {
  const { kind, note, priority, earliest, latest, key } = order;
  return {
    kind,
    priority,
    ...(note === undefined ? {} : { body: { note } }),
    ...(earliest === undefined ? {} : { earliestAt: earliest }),
    ...(latest === undefined ? {} : { latestAt: latest }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Takes as long for a wrong token as for the right one, whatever its length. */
function mayAsk(header: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
