import type { metrics } from '@livekit/agents';
import type { Usage } from '../src/clinic/cost.ts';

/** The units that providers bill, by the kind of service. */
const UNITS = {
  stt_usage: { audioDurationMs: 'audio_ms' },
  tts_usage: { charactersCount: 'characters', audioDurationMs: 'audio_ms' },
  llm_usage: {
    inputTokens: 'input_tokens',
    inputCachedTokens: 'cached_tokens',
    outputTokens: 'output_tokens',
  },
} as const;

/** Reads a session's usage again and again; each reading gives what came since the last. */
export class UsageMeter {
  readonly #read: () => readonly Partial<metrics.ModelUsage>[];
  readonly #taken: Record<string, number> = {};

  constructor(read: () => readonly Partial<metrics.ModelUsage>[]) {
    this.#read = read;
  }

  /** What was used since the last time, without what was not. */
  take(): Usage {
    const since: Record<string, number> = {};
    for (const [key, amount] of Object.entries(flatten(this.#read()))) {
      const more = amount - (this.#taken[key] ?? 0);
      if (more > 0) since[key] = more;
      this.#taken[key] = amount;
    }
    return since;
  }
}

function flatten(models: readonly Partial<metrics.ModelUsage>[]): Usage {
  const usage: Record<string, number> = {};
  for (const model of models) {
    const units = UNITS[model.type as keyof typeof UNITS] as Record<string, string> | undefined;
    for (const [field, unit] of Object.entries(units ?? {})) {
      const amount = (model as Record<string, unknown>)[field];
      if (typeof amount !== 'number' || amount <= 0) continue;
      const key = `${model.provider ?? 'unknown'}/${model.model ?? 'unknown'}/${unit}`;
      usage[key] = (usage[key] ?? 0) + Math.round(amount);
    }
  }
  return usage;
}
