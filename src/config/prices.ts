/**
 * What providers bill for speech and language: list prices in US dollars before tax, pay as you go, as their price pages had them on the date.
 * Not in here: telephony, LiveKit, Cloud Run, Supabase.
 */
export const PRICES = {
  asOf: '2026-08-01',
  currency: 'USD',
  /** By `<provider>/<model>` (the longest beginning that fits counts), then by unit: the price of so many of them. */
  models: {
    'Deepgram/nova-3': { audio_ms: { usd: 0.0048, per: 60_000 } },
    'Deepgram/aura-2': { characters: { usd: 0.03, per: 1_000 } },
    'OpenAI/gpt-4o-mini-transcribe': { audio_ms: { usd: 0.003, per: 60_000 } },
    'OpenAI/gpt-4o-mini-tts': { audio_ms: { usd: 0.015, per: 60_000 } },
    'OpenAI/gpt-4.1-mini': {
      input_tokens: { usd: 0.4, per: 1_000_000 },
      cached_tokens: { usd: 0.1, per: 1_000_000 },
      output_tokens: { usd: 1.6, per: 1_000_000 },
    },
    'OpenAI/gpt-4.1-nano': {
      input_tokens: { usd: 0.1, per: 1_000_000 },
      cached_tokens: { usd: 0.025, per: 1_000_000 },
      output_tokens: { usd: 0.4, per: 1_000_000 },
    },
  },
} as const satisfies PriceList;

/** A dated list of prices. */
export interface PriceList {
  /** ISO date. */
  readonly asOf: string;
  readonly currency: string;
  readonly models: Readonly<Record<string, Readonly<Record<string, Price>>>>;
}

/** So many units for so much. */
export interface Price {
  readonly usd: number;
  readonly per: number;
}
