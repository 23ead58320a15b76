/**
 * The baseline: a minimal agent after LiveKit's own quick start for Node (docs.livekit.io/agents/start/voice-ai), with the published plugins and
 * default turn handling, only with a tool, so that tool turns can be compared. Started as a process of its own, like our worker.
 */
import {
  type JobContext,
  type JobProcess,
  ServerOptions,
  cli,
  defineAgent,
  inference,
  llm,
  voice,
} from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import * as openai from '@livekit/agents-plugin-openai';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findClinics } from '../src/clinic/clinics.ts';
import { Appointments } from '../src/clinic/appointments.ts';
import { openDatabase } from '../src/clinic/database.ts';
import { receptionistPrompt } from '../agent/prompts.ts';
import { DateTime } from 'luxon';

const env = (name: string): string => process.env[name] ?? '';

export default defineAgent({
  prewarm: (proc: JobProcess) => {
    proc.userData['vad'] = new inference.VAD({ model: 'silero' });
  },
  entry: async (ctx: JobContext) => {
    const db = openDatabase({ url: env('SUPABASE_URL'), serviceRoleKey: env('SUPABASE_SERVICE_ROLE_KEY') });
    const [clinic] = await findClinics(db, 'openhours');
    if (clinic === undefined) throw new Error('the sample clinic is missing');
    const findSlots = llm.tool({
      name: 'find_slots',
      description: 'Look up free appointment times.',
      parameters: z.object({
        service: z.enum(clinic.services.map(({ slug }) => slug) as [string, ...string[]]),
      }),
      execute: async ({ service }) => {
        const slots = await new Appointments(db).findFree({
          clinicId: clinic.id,
          serviceId: (clinic.services.find(({ slug }) => slug === service) ?? clinic.services[0])!.id,
          from: new Date(),
          to: new Date(Date.now() + 14 * 86_400_000),
          practitionerId: undefined,
          limit: 3,
        });
        return {
          slots: slots.map((slot, index) => ({ slot_id: `s${index + 1}`, starts_at: slot.starts_at })),
        };
      },
    });
    const session = new voice.AgentSession({
      vad: ctx.proc.userData['vad'] as inference.VAD,
      stt: new deepgram.STT({
        apiKey: env('DEEPGRAM_API_KEY'),
        baseUrl: env('DEEPGRAM_BASE_URL').replace(/^http/, 'ws'),
      }),
      llm: new openai.LLM({ model: 'gpt-4.1-mini' }),
      tts: new deepgram.TTS({
        apiKey: env('DEEPGRAM_API_KEY'),
        baseUrl: env('DEEPGRAM_BASE_URL'),
      }),
      turnHandling: { turnDetection: new inference.TurnDetector({ version: 'v1-mini' }) },
    });
    const instructions = receptionistPrompt(clinic, DateTime.now().setZone(clinic.time_zone));
    await session.start({
      agent: new voice.Agent({ instructions, tools: [findSlots] }),
      room: ctx.room,
      record: false,
    });
    await ctx.connect();
    session.say('Karachi Smiles Dental, good day. How can I help you?');
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  cli.runApp(
    new ServerOptions({
      agent: fileURLToPath(import.meta.url),
      agentName: env('LIVEKIT_AGENT_NAME'),
      // Its own load function, the CPU, refuses every call on a machine as small as this: without this favour there is nothing to compare.
      loadFunc: async () => 0.1,
    }),
  );
}
