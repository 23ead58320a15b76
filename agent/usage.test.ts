import type { metrics } from '@livekit/agents';
import { expect, test } from 'vitest';
import { UsageMeter } from './usage.ts';

const heard = (audioDurationMs: number): Partial<metrics.ModelUsage> => ({
  type: 'stt_usage',
  provider: 'Deepgram',
  model: 'nova-3',
  audioDurationMs,
});

test('each reading gives what came since the last, by what is billed', () => {
  let models: Partial<metrics.ModelUsage>[] = [heard(1_000.4)];
  const meter = new UsageMeter(() => models);
  expect(meter.take()).toEqual({ 'Deepgram/nova-3/audio_ms': 1_000 });
  expect(meter.take()).toEqual({});
  models = [
    heard(3_000),
    { type: 'llm_usage', provider: 'OpenAI', model: 'gpt-4.1-mini', inputTokens: 500, outputTokens: 20 },
    {
      type: 'tts_usage',
      provider: 'Deepgram',
      model: 'aura-2-thalia-en',
      charactersCount: 70,
      audioDurationMs: 0,
    },
    { type: 'eot_usage', provider: 'livekit', model: 'v1-mini', totalRequests: 3 },
  ];
  expect(meter.take()).toEqual({
    'Deepgram/nova-3/audio_ms': 2_000,
    'OpenAI/gpt-4.1-mini/input_tokens': 500,
    'OpenAI/gpt-4.1-mini/output_tokens': 20,
    'Deepgram/aura-2-thalia-en/characters': 70,
  });
});

test('two services under one name are added up', () => {
  expect(new UsageMeter(() => [heard(1_000), heard(500)]).take()).toEqual({
    'Deepgram/nova-3/audio_ms': 1_500,
  });
});
