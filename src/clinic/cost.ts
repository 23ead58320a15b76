import { PRICES, type PriceList } from '../config/prices.ts';

/** What was used, by what is billed: `<provider>/<model>/<unit>` → how many, such as `Deepgram/nova-3/audio_ms`. */
export type Usage = Readonly<Record<string, number>>;

/** What usage comes to. */
export interface Cost {
  /** Of speech and language, in `currency`, rounded to a hundredth of a cent. */
  readonly total: number;
  readonly currency: string;
  /** The day the prices are of. */
  readonly pricesOf: string;
  /** Models that were used and have no price here: the total is without them. */
  readonly unpriced: readonly string[];
}

/** Prices usage. Cached input tokens are part of the input tokens, and cost less. */
export function costOf(usage: Usage, prices: PriceList = PRICES): Cost {
  const unpriced = new Set<string>();
  let total = 0;
  for (const [key, amount] of Object.entries(usage)) {
    const cut = key.lastIndexOf('/');
    const [model, unit] = [key.slice(0, cut), key.slice(cut + 1)];
    const units = priceOf(model, prices);
    if (units === undefined) unpriced.add(model);
    const price = units?.[unit];
    if (price === undefined) continue;
    const cached = unit === 'input_tokens' ? (usage[`${model}/cached_tokens`] ?? 0) : 0;
    total += (Math.max(0, amount - cached) * price.usd) / price.per;
  }
  const { currency, asOf } = prices;
  return {
    total: Math.round(total * 10_000) / 10_000,
    currency,
    pricesOf: asOf,
    unpriced: [...unpriced].sort(),
  };
}

function priceOf(model: string, { models }: PriceList) {
  const names = Object.keys(models).filter((name) => model.toLowerCase().startsWith(name.toLowerCase()));
  const longest = names.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : models[longest];
}
