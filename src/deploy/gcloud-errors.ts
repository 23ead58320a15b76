import { type ErrorCode, OpenhoursError } from '../errors.ts';

/** What gcloud's error stands for. */
export type Refusal =
  /** Nobody is logged in, or no longer. */
  | 'unauthenticated'
  /** 403. */
  | 'forbidden'
  /** The API has not been enabled in the project. */
  | 'api_disabled'
  /** 404. */
  | 'not_found'
  /** 409: it is there already. */
  | 'exists'
  /** 409: somebody else is changing it. */
  | 'conflict'
  /** A service account that was just made is not yet known everywhere. */
  | 'unsettled'
  /** 429. */
  | 'too_many'
  /** 5xx, or no answer. */
  | 'unavailable'
  /** Anything else: 400, a wrong argument. */
  | 'invalid';

/** In this order: several of them stand in one message. */
const PATTERNS: readonly (readonly [Refusal, RegExp])[] = [
  [
    'unauthenticated',
    /UNAUTHENTICATED|\b401\b|active account selected|active account|invalid_grant|Reauthentication|gcloud auth login/,
  ],
  ['api_disabled', /SERVICE_DISABLED|has not been used in project|API \[[^\]]*\] not enabled/],
  ['unsettled', /Service account \S+ does not exist|Service account .{1,200} was not found when binding/i],
  ['not_found', /NOT_FOUND|\b404\b|Cannot find|could not be found|does not exist|not found/i],
  ['exists', /ALREADY_EXISTS|already exists/i],
  ['conflict', /ABORTED|\b409\b|concurrent|Conflict/],
  ['too_many', /RESOURCE_EXHAUSTED|RATE_LIMIT|\b429\b|[Qq]uota exceeded|Too Many Requests/],
  ['forbidden', /PERMISSION_DENIED|\b403\b|[Pp]ermission .{0,80}denied|does not have permission|Forbidden/],
  [
    'unavailable',
    /UNAVAILABLE|DEADLINE_EXCEEDED|\bINTERNAL\b|\b50[0234]\b|Internal (server )?error|timed out|Connection (refused|reset|aborted)|Max retries exceeded|Unable to find the server|unable to connect/i,
  ],
];

/** Reads what gcloud wrote on standard error. */
export function refusalOf(stderr: string): Refusal {
  const text = errorPart(stderr);
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'invalid';
}

/** From the last `ERROR:` on: what is before it is progress. */
function errorPart(stderr: string): string {
  const at = stderr.lastIndexOf('ERROR:');
  return at === -1 ? stderr : stderr.slice(at);
}

/** May be tried again, after a little (`busy`) or after a longer while (`settling`). */
export function worthRetrying(refusal: Refusal): 'busy' | 'settling' | undefined {
  switch (refusal) {
    case 'conflict':
    case 'too_many':
    case 'unavailable':
      return 'busy';
    case 'unsettled':
    case 'api_disabled':
      return 'settling';
    case 'unauthenticated':
    case 'forbidden':
    case 'not_found':
    case 'exists':
    case 'invalid':
      return undefined;
  }
}

const CODES: Readonly<Record<Refusal, ErrorCode>> = {
  unauthenticated: 'CLOUD_REFUSED',
  forbidden: 'CLOUD_REFUSED',
  api_disabled: 'CLOUD_FAILED',
  not_found: 'CLOUD_NOT_FOUND',
  exists: 'CLOUD_FAILED',
  conflict: 'CLOUD_BUSY',
  unsettled: 'CLOUD_BUSY',
  too_many: 'CLOUD_BUSY',
  unavailable: 'CLOUD_BUSY',
  invalid: 'CLOUD_FAILED',
};

const ADVICE: Readonly<Record<Refusal, string>> = {
  unauthenticated: 'run `gcloud auth login`, or set up workload identity in CI',
  forbidden:
    'ask an owner of the project for the role; `openhours deploy plan` lists the permissions that are missing',
  api_disabled:
    'enable the API, or run `openhours deploy apply` again in two minutes: enabling takes a while',
  not_found: 'run `openhours deploy plan` to see what is there',
  exists:
    'something of that name is there, and not as it was read: run the command again, it goes on where it stopped',
  conflict: 'somebody else is changing it: wait until they are done, and run the command again',
  unsettled: 'a new service account takes up to a minute: run the command again',
  too_many: 'a quota of the project is used up: wait a minute, or raise it in the console under IAM, Quotas',
  unavailable: 'see status.cloud.google.com and the network, and run the command again',
  invalid: "read gcloud's message; `openhours deploy plan` shows the command with its input",
};

/** The error for what gcloud wrote: which command, what it said in one line, and what to do. */
export function cloudError(
  args: readonly string[],
  stderr: string,
  tries = 1,
  program = 'gcloud',
): OpenhoursError {
  const refusal = refusalOf(stderr);
  const after = tries > 1 ? ` (${tries} tries)` : '';
  return new OpenhoursError(
    CODES[refusal],
    `${program} ${subject(args)} failed${after}: ${firstLines(stderr)}\nWhat to do: ${ADVICE[refusal]}.`,
    { details: { refusal, tries } },
  );
}

/** The refusal that an error of {@link cloudError} stands for. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof OpenhoursError) || !error.code.startsWith('CLOUD_')) return undefined;
  return error.details['refusal'] as Refusal | undefined;
}

/** The words before the first option: `run jobs describe openhours-worker-dev`. */
function subject(args: readonly string[]): string {
  const end = args.findIndex((arg) => arg.startsWith('--'));
  return args.slice(0, end === -1 ? undefined : end).join(' ');
}

function firstLines(stderr: string): string {
  const text = errorPart(stderr)
    .replace(/^ERROR:\s*(\([^)]*\)\s*)?/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return text.slice(0, 4).join(' ').slice(0, 600) || 'it said nothing';
}
