import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../config/paths.ts';
import { deployError } from './limits.ts';

/** What is priced in `deploy/prices.yaml`. */
export const PRICED = [
  'job_cpu',
  'job_memory',
  'service_cpu',
  'service_memory',
  'worker_pool_cpu',
  'worker_pool_memory',
  'gke_cpu',
  'gke_memory',
  'gke_cluster',
  'scheduler_entry',
  'registry_storage',
  'secret_version',
  'logs',
  'trunk_minute',
  'phone_number',
  'livekit_sip_minute',
  'livekit_participant_minute',
] as const;
/** One of {@link PRICED}. */
export type Priced = (typeof PRICED)[number];

const amount = z.number('must be a number').nonnegative('must not be negative');
const evidence = {
  source: z.url('must be the address of the page that says it'),
  as_of: z.iso.date('must be the day it was looked up, such as 2026-11-22'),
  checked: z.boolean('must be true or false'),
};
const item = z.strictObject({
  price: amount,
  unit: z.string('must be a word such as vCPU-second').min(1),
  free: amount,
  ...evidence,
});
const schema = z.strictObject({
  currency: z.literal('USD', 'must be USD: other currencies are rates'),
  items: z.strictObject(
    Object.fromEntries(PRICED.map((name) => [name, item])) as Record<Priced, typeof item>,
  ),
  rates: z.record(
    z.string().regex(/^[A-Z]{3}$/, 'must be a currency such as EUR'),
    z.strictObject({ per_usd: z.number('must be a number').positive('must be above 0'), ...evidence }),
  ),
  assumptions: z.strictObject({
    calls_per_day: amount,
    minutes_per_call: amount,
    bookings: amount.max(1, 'must be a share of the calls, up to 1'),
    secret_versions: amount,
    registry_gb: amount,
    log_mib_per_call: amount,
    minute_of_call: z.record(z.string(), amount),
  }),
});

/** The prices, each with where and when it was looked up. */
export type Prices = z.infer<typeof schema>;

/**
 * Reads `deploy/prices.yaml`.
 * @throws OpenhoursError DEPLOY_INVALID with everything that is wrong in it.
 */
export function loadPrices(
  text: string = readFileSync(join(projectRoot(), 'deploy', 'prices.yaml'), 'utf8'),
): Prices {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it cannot be read';
    throw deployError([{ where: 'deploy/prices.yaml', problem: 'is no YAML', remedy: why }]);
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw deployError(
    parsed.error.issues.map(({ path, message }) => ({
      where: path.length === 0 ? 'deploy/prices.yaml' : path.join('.'),
      problem: message,
      remedy: 'correct deploy/prices.yaml',
    })),
  );
}
