import { voice } from '@livekit/agents';
import type { Logger } from '../src/log.ts';
import { createVoice } from '../src/providers/speech.ts';
import type { CallDeps } from './call.ts';
import type { Receiver } from './receiver.ts';
import type { CallState } from './call-state.ts';

/** A session that can only speak: for a line that belongs to no clinic, one sentence and no ears. */
export const UnknownNumber = {
  /** Puts the voice on the line. */
  async start(
    deps: CallDeps,
    receiver: Receiver,
    participantIdentity: string,
    log: Logger,
  ): Promise<voice.AgentSession<CallState>> {
    const session = new voice.AgentSession<CallState>({ vad: null, tts: createVoice(deps.config, log) });
    const starting = session.start({
      agent: new voice.Agent({ instructions: '' }),
      room: deps.ctx.room,
      record: false,
      inputOptions: { participantIdentity, audioEnabled: false, textEnabled: false },
    });
    await Promise.all([receiver.attach(session), starting]);
    return session;
  },
};
