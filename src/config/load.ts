import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OpenhoursError } from '../errors.ts';
import { CALLS_PER_CORE, JOB_MEMORY_MB as DEFAULT_JOB_MEMORY_MB } from './defaults.ts';
import { TWILIO } from './desk-defaults.ts';
import { addSecretFiles } from './secret-files.ts';

/** Cloud Run's longest task timeout. */
const LONGEST_SHIFT_MS = 168 * 3_600_000;

/** A vendor of speech services. */
export type SpeechProvider = 'deepgram' | 'openai';

/** How a worker's shift differs from the clinic's hours. */
export interface ShiftWish {
  /** Work this long from the start, whatever the hours say. */
  readonly forMs: number | undefined;
  /** Work until this time (`HH:MM` on the clinic's clock), whatever the hours say. */
  readonly until: string | undefined;
  /** Started before opening: wait for it instead of leaving. */
  readonly early: boolean;
  /** … if it is no further away than this. Absent: however far it is. */
  readonly earlyWithinMs?: number;
}

/** What the worker runs with: parsed once, frozen, passed to whoever needs it. */
export interface Config {
  readonly livekit: {
    readonly url: string;
    readonly apiKey: string;
    readonly apiSecret: string;
    readonly agentName: string;
  };
  readonly supabase: { readonly url: string; readonly serviceRoleKey: string };
  readonly openai: {
    readonly apiKey: string;
    readonly baseUrl: string | undefined;
    readonly model: string;
    /** Asked when `model` does not answer; the same model for none. */
    readonly fallbackModel: string;
    readonly listenModel: string;
    readonly speakModel: string;
    readonly speakVoice: string;
  };
  readonly deepgram: {
    readonly apiKey: string;
    readonly baseUrl: string;
    readonly listenModel: string;
    readonly speakModel: string;
  };
  /** Text messages; undefined where none are sent. */
  readonly twilio:
    { readonly accountSid: string; readonly authToken: string; readonly baseUrl: string } | undefined;
  /** Who hears, and who speaks, in the order in which they are tried. */
  readonly listenProviders: readonly SpeechProvider[];
  readonly speakProviders: readonly SpeechProvider[];
  readonly environment: 'production' | 'staging' | 'development';
  /** Slug of the one clinic to serve, or undefined for every clinic of this agent name. */
  readonly clinic: string | undefined;
  readonly port: number;
  readonly gatewayUrl: string | undefined;
  readonly workerToken: string | undefined;
  /** LiveKit's outbound trunk; without one nobody is called. */
  readonly outboundTrunkId: string | undefined;
  readonly adminToken: string | undefined;
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  /** What the platform was told, in ms from process start; undefined where nothing ends the task. */
  readonly taskTimeoutMs: number | undefined;
  /** How long the platform waits after SIGTERM. */
  readonly stopNoticeMs: number;
  /** Where every seat is taken: wait for one instead of leaving. */
  readonly seatWait: boolean;
  readonly maxCalls: number;
  /** A call's process above this is ended, and its call taken over; 0 for no limit. */
  readonly jobMemoryMb: number;
  /** A shift made by hand instead of by the clinic's hours. */
  readonly shift: ShiftWish;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** What Cloud Run tells an execution about itself. */
  readonly execution: string | undefined;
  readonly googleProject: string | undefined;
}

const address = (protocols: readonly string[], example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be a URL such as ${example}`,
  });
const secret = (what: string) => z.string().min(1, `is empty: set it to ${what}`);
const httpUrl = (example: string) => address(['http:', 'https:'], example);
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, { message: `must be a whole number from ${min} to ${max}` });

const providers = z
  .string()
  .regex(/^(deepgram|openai)(,(deepgram|openai))?$/, 'must be deepgram, openai, or both with a comma between')
  .transform((list) => [...new Set(list.split(','))] as SpeechProvider[])
  .default(['deepgram', 'openai']);

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** `2h`, `90m` or `1h30m` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,4}h)?(\d{1,4}m)?(\d{1,5}s)?$/.test(text) || text === '') return undefined;
  let ms = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([hms])/g)) {
    ms += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return ms === 0 ? undefined : ms;
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= LONGEST_SHIFT_MS) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration up to 168h, such as 2h or 90m' });
  return z.NEVER;
});

/** The variables: docs/configuration.md has the same table, and a test compares the two. */
export const VARIABLES = {
  LIVEKIT_URL: address(['ws:', 'wss:', 'http:', 'https:'], 'wss://my-project.livekit.cloud'),
  LIVEKIT_API_KEY: secret('the API key of the LiveKit project'),
  LIVEKIT_API_SECRET: secret('the API secret of the LiveKit project'),
  LIVEKIT_AGENT_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_", as in the dispatch rule'),
  SUPABASE_URL: httpUrl('https://my-project.supabase.co'),
  SUPABASE_SERVICE_ROLE_KEY: secret('the service role key of the Supabase project'),
  OPENAI_API_KEY: secret('an OpenAI API key'),
  DEEPGRAM_API_KEY: secret('a Deepgram API key'),
  ENVIRONMENT: z.enum(['production', 'staging', 'development'], {
    message: 'must be production, staging or development',
  }),
  OPENAI_BASE_URL: httpUrl('https://api.openai.com/v1').optional(),
  OPENAI_MODEL: z.string().min(1).default('gpt-4.1-mini'),
  OPENAI_FALLBACK_MODEL: z.string().min(1).default('gpt-4.1-nano'),
  OPENAI_LISTEN_MODEL: z.string().min(1).default('gpt-4o-mini-transcribe'),
  OPENAI_SPEAK_MODEL: z.string().min(1).default('gpt-4o-mini-tts'),
  OPENAI_SPEAK_VOICE: z.string().min(1).default('coral'),
  LISTEN_PROVIDERS: providers,
  SPEAK_PROVIDERS: providers,
  DEEPGRAM_BASE_URL: httpUrl('https://api.deepgram.com').default('https://api.deepgram.com'),
  DEEPGRAM_LISTEN_MODEL: z.string().min(1).default('nova-3'),
  DEEPGRAM_SPEAK_MODEL: z.string().min(1).default('aura-2-thalia-en'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be "AC" and 32 hexadecimal digits, as the Twilio console shows it')
    .optional(),
  TWILIO_AUTH_TOKEN: secret('the auth token of the Twilio account').optional(),
  TWILIO_BASE_URL: httpUrl(TWILIO.baseUrl).default(TWILIO.baseUrl),
  CLINIC: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a clinic slug: lower-case letters, digits and "-"')
    .optional(),
  PORT: integer(0, 65_535).default(8080),
  GATEWAY_URL: httpUrl('https://gateway.example').optional(),
  SIP_OUTBOUND_TRUNK_ID: z
    .string()
    .regex(/^ST_[A-Za-z0-9_]{1,60}$/, 'must be the id of an outbound trunk, such as ST_example')
    .optional(),
  WORKER_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  ADMIN_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  PUBLIC_URL: httpUrl('https://worker.example').optional(),
  DATA_DIR: z.string().min(1).optional(),
  SECRETS_DIR: z.string().min(1).optional(),
  // 168 h is the longest task timeout Cloud Run takes.
  TASK_TIMEOUT_S: integer(60, 168 * 3600).optional(),
  // An hour is what GKE gives at most.
  STOP_NOTICE_S: integer(10, 3_600).default(10),
  SEAT_WAIT: z.enum(['true', 'false'], { message: 'must be true or false' }).default('false'),
  MAX_CALLS: integer(1, 100).optional(),
  JOB_MEMORY_MB: integer(0, 32_768).default(DEFAULT_JOB_MEMORY_MB),
  SHIFT_FOR: duration.optional(),
  SHIFT_UNTIL: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time on the clinic's clock, such as 18:30")
    .optional(),
  SHIFT_EARLY: z
    .string()
    .refine(
      (text) => text === 'true' || text === 'false' || (parseDuration(text) ?? Infinity) <= LONGEST_SHIFT_MS,
      {
        message: 'must be true, false, or how long to wait at most, such as 6m',
      },
    )
    .default('false'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], {
      message: 'must be trace, debug, info, warn or error',
    })
    .default('info'),
  CLOUD_RUN_EXECUTION: z.string().optional(),
  GOOGLE_CLOUD_PROJECT: z.string().optional(),
} as const;

const schema = z.object(VARIABLES);

/** Variables of which one without the other is a mistake. */
const PAIRS = [['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']] as const;

/** One thing wrong with the environment. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

/** Variables the worker cannot do without, in the order of the documentation. */
export const REQUIRED_VARIABLES = [
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'LIVEKIT_AGENT_NAME',
  'SUPABASE_URL',
  'SUPABASE_SERVICE_ROLE_KEY',
  'OPENAI_API_KEY',
  'DEEPGRAM_API_KEY',
  'ENVIRONMENT',
] as const;

/**
 * Tells the native LiveKit client, before it is first imported, not to write its debug lines to stdout: it looks at NODE_ENV and nothing else.
 */
export function quietNativeLogs(): void {
  process.env['NODE_ENV'] ??= 'production';
}

/** Puts the command line's wishes where the configuration is read from. */
export function setShiftWish(wish: { early?: boolean; until?: string; for?: string }): void {
  if (wish.early === true) process.env['SHIFT_EARLY'] = 'true';
  if (wish.until !== undefined) process.env['SHIFT_UNTIL'] = wish.until;
  if (wish.for !== undefined) process.env['SHIFT_FOR'] = wish.for;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of this process, with the variables that stand in files of SECRETS_DIR: the only place that reads it.
 * @throws OpenhoursError CONFIG_INVALID when that folder cannot be read.
 */
export function processEnvironment(): Environment {
  addSecretFiles(process.env);
  return process.env;
}

/**
 * The configuration of the worker, from environment variables, without the white space around them (an empty value counts as absent).
 * @throws OpenhoursError CONFIG_INVALID naming every problem at once; `details.problems` has them as {@link ConfigProblem}s.
 */
export function loadConfig(environment: Environment = processEnvironment()): Config {
  const present = Object.fromEntries(
    Object.entries(environment)
      // A secret that was stored from a file ends in a newline, which no HTTP header takes.
      .map(([name, value]) => [name, value?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  const halves = PAIRS.flatMap(halfOf(present));
  if (!parsed.success) throw configError([...problemsOf(parsed.error.issues, present), ...halves]);
  if (halves.length > 0) throw configError(halves);
  return freeze(toConfig(parsed.data));
}

/** The half of a pair that is missing. */
function halfOf(present: Environment): (pair: readonly [string, string]) => ConfigProblem[] {
  return ([one, other]) => {
    if (one in present === other in present) return [];
    const [missing, there] = one in present ? [other, one] : [one, other];
    return [{ variable: missing, problem: `is not set, and ${there} is: set both or neither` }];
  };
}

function problemsOf(issues: readonly z.core.$ZodIssue[], present: Environment): ConfigProblem[] {
  return issues.map((issue) => {
    const variable = String(issue.path[0]);
    return { variable, problem: variable in present ? issue.message : 'is not set' };
  });
}

function configError(problems: readonly ConfigProblem[]): OpenhoursError {
  const list = problems.map(({ variable, problem }) => `  ${variable} ${problem}`).join('\n');
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new OpenhoursError(
    'CONFIG_INVALID',
    `the configuration has ${count}:\n${list}\nSet these variables (docs/configuration.md), or start \`openhours dev\` and \`source .openhours/dev.env\`.`,
    { details: { problems } },
  );
}

function toConfig(env: z.infer<typeof schema>): Config {
  return {
    livekit: {
      url: env.LIVEKIT_URL,
      apiKey: env.LIVEKIT_API_KEY,
      apiSecret: env.LIVEKIT_API_SECRET,
      agentName: env.LIVEKIT_AGENT_NAME,
    },
    supabase: { url: env.SUPABASE_URL, serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY },
    openai: {
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      model: env.OPENAI_MODEL,
      fallbackModel: env.OPENAI_FALLBACK_MODEL,
      listenModel: env.OPENAI_LISTEN_MODEL,
      speakModel: env.OPENAI_SPEAK_MODEL,
      speakVoice: env.OPENAI_SPEAK_VOICE,
    },
    deepgram: {
      apiKey: env.DEEPGRAM_API_KEY,
      baseUrl: env.DEEPGRAM_BASE_URL,
      listenModel: env.DEEPGRAM_LISTEN_MODEL,
      speakModel: env.DEEPGRAM_SPEAK_MODEL,
    },
    twilio:
      env.TWILIO_ACCOUNT_SID === undefined || env.TWILIO_AUTH_TOKEN === undefined
        ? undefined
        : {
            accountSid: env.TWILIO_ACCOUNT_SID,
            authToken: env.TWILIO_AUTH_TOKEN,
            baseUrl: env.TWILIO_BASE_URL,
          },
    listenProviders: env.LISTEN_PROVIDERS,
    speakProviders: env.SPEAK_PROVIDERS,
    environment: env.ENVIRONMENT,
    clinic: env.CLINIC,
    port: env.PORT,
    gatewayUrl: env.GATEWAY_URL,
    workerToken: env.WORKER_TOKEN,
    outboundTrunkId: env.SIP_OUTBOUND_TRUNK_ID,
    adminToken: env.ADMIN_TOKEN,
    publicUrl: env.PUBLIC_URL,
    dataDir: env.DATA_DIR ?? join(tmpdir(), 'openhours'),
    taskTimeoutMs: env.TASK_TIMEOUT_S === undefined ? undefined : env.TASK_TIMEOUT_S * 1_000,
    stopNoticeMs: env.STOP_NOTICE_S * 1_000,
    seatWait: env.SEAT_WAIT === 'true',
    maxCalls: env.MAX_CALLS ?? Math.max(1, availableParallelism() * CALLS_PER_CORE),
    jobMemoryMb: env.JOB_MEMORY_MB,
    shift: { forMs: env.SHIFT_FOR, until: env.SHIFT_UNTIL, ...toEarly(env.SHIFT_EARLY) },
    logLevel: env.LOG_LEVEL,
    execution: env.CLOUD_RUN_EXECUTION,
    googleProject: env.GOOGLE_CLOUD_PROJECT,
  };
}

function toEarly(text: string): Pick<ShiftWish, 'early' | 'earlyWithinMs'> {
  const withinMs = parseDuration(text);
  return withinMs === undefined ? { early: text === 'true' } : { early: true, earlyWithinMs: withinMs };
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
