import { voice } from '@livekit/agents';
import type { Logger } from '../src/log.ts';
import { createVoice } from '../src/providers/speech.ts';
import type { CallDeps } from './call.ts';
import type { CallState } from './call-state.ts';

/** A session that can only speak: for a line that belongs to no clinic, one sentence and no ears. */
export const UnknownNumber = {
  /** Publishes the track and is ready to say something. */
  async start(
    deps: CallDeps,
    participantIdentity: string,
    log: Logger,
  ): Promise<voice.AgentSession<CallState>> {
    const session = new voice.AgentSession<CallState>({ vad: null, tts: createVoice(deps.config, log) });
    await session.start({
      agent: new voice.Agent({ instructions: '' }),
      room: deps.ctx.room,
      record: false,
      inputOptions: { participantIdentity, audioEnabled: false, textEnabled: false },
    });
    return session;
  },
};
