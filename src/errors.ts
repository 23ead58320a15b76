/**
 * Every error the project throws on purpose, in one table. `docs/errors.md` lists the same codes; a test compares the two.
 * Callers never hear these texts: `agent/tools` turns them into sentences.
 */

/** What an error code means: `status` for HTTP answers, `retryable` for callers' loops, `exit` for the process. */
export interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly exit: ExitCode;
  readonly remedy: string;
}

/** Exit codes of the binary, after sysexits.h. */
export const ExitCode = { ok: 0, unavailable: 69, bug: 70, credentials: 77, config: 78 } as const;
/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const kind = (status: number, retryable: boolean, exit: ExitCode, remedy: string): ErrorKind => ({
  status,
  retryable,
  exit,
  remedy,
});

/** The table: code → what it means and what to do about it. */
export const ERRORS = {
  CONFIG_INVALID: kind(
    500,
    false,
    ExitCode.config,
    'Set the variables the message names; docs/configuration.md lists them all.',
  ),
  CREDENTIALS_REFUSED: kind(
    401,
    false,
    ExitCode.credentials,
    'Check the key and secret of the service the message names.',
  ),
  SERVICE_UNREACHABLE: kind(
    503,
    true,
    ExitCode.unavailable,
    'Check the address and the network; the worker retries before it gives up.',
  ),
  SCHEMA_OUTDATED: kind(
    503,
    false,
    ExitCode.config,
    'Apply the migrations: `supabase db push`, or restart `openhours dev` for the local database.',
  ),
  DATABASE_FAILED: kind(502, true, ExitCode.unavailable, 'See the cause; the statement was not applied.'),
  CLINIC_UNKNOWN: kind(
    404,
    false,
    ExitCode.config,
    'Add the dialled number to clinic_numbers, or put the clinic slug into the dispatch metadata.',
  ),
  CALENDAR_INVALID: kind(
    422,
    false,
    ExitCode.config,
    'Correct the hours the message names, or make a shift by hand with SHIFT_FOR or SHIFT_UNTIL.',
  ),
  SLOT_TAKEN: kind(409, false, ExitCode.bug, 'Offer another slot.'),
  SLOT_INVALID: kind(422, false, ExitCode.bug, 'Offer a slot that the free-slot search returned.'),
  INPUT_INVALID: kind(400, false, ExitCode.bug, 'Correct the argument the message names.'),
  STATE_INVALID: kind(
    409,
    false,
    ExitCode.bug,
    'A bug: a lifecycle state was left by a move that does not exist.',
  ),
  RECOGNIZER_FAILED: kind(
    502,
    true,
    ExitCode.unavailable,
    'Check the key and address of the provider the message names, and its status page.',
  ),
  SPEECH_FAILED: kind(
    502,
    true,
    ExitCode.unavailable,
    'Check the key and address of the provider the message names, and its status page.',
  ),
  LOCAL_TOOL_MISSING: kind(
    500,
    false,
    ExitCode.unavailable,
    'Install the tool in one of the ways the message names.',
  ),
  LOCAL_PROCESS_FAILED: kind(
    500,
    true,
    ExitCode.unavailable,
    'Read the log file or follow the advice in the message.',
  ),
  CALL_TAKEN_OVER: kind(409, false, ExitCode.bug, 'Leave the call alone: another worker has it.'),
  LEASE_LOST: kind(
    409,
    false,
    ExitCode.unavailable,
    'Stop: another worker holds the shift. `openhours fleet status` shows which.',
  ),
  CALL_FAILED: kind(500, false, ExitCode.bug, 'Read the log lines of the call id the message names.'),
  CLINIC_FILE_INVALID: kind(
    422,
    false,
    ExitCode.config,
    'Correct the lines the message names; docs/clinic-file.md lists the fields.',
  ),
  APPOINTMENT_PAST: kind(
    422,
    false,
    ExitCode.bug,
    'Book another one: what has begun is neither moved nor cancelled.',
  ),
  APPOINTMENT_CHANGED: kind(409, false, ExitCode.bug, 'Ask for the appointments of the patient again.'),
  PATIENT_NOT_VERIFIED: kind(
    403,
    false,
    ExitCode.bug,
    'Ask the caller for name and date of birth, or for the code.',
  ),
  IDENTITY_LOCKED: kind(403, false, ExitCode.bug, 'Take a message for the front desk.'),
  DEPLOY_INVALID: kind(
    422,
    false,
    ExitCode.config,
    'Correct what the message names; docs/configuration.md has the settings. Nothing was changed.',
  ),
  GCLOUD_MISSING: kind(500, false, ExitCode.config, 'Install or update the Google Cloud CLI.'),
  CLOUD_REFUSED: kind(
    403,
    false,
    ExitCode.credentials,
    'Log in, or have the role granted; then run the same command again.',
  ),
  CLOUD_NOT_FOUND: kind(404, false, ExitCode.config, 'See `openhours deploy plan` for what is there.'),
  CLOUD_BUSY: kind(
    503,
    true,
    ExitCode.unavailable,
    'Wait, and run the same command again: it goes on where it stopped.',
  ),
  CLOUD_FAILED: kind(502, false, ExitCode.unavailable, "Read gcloud's words in the message."),
} as const satisfies Record<string, ErrorKind>;

/** One of the codes in {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** An error with a code from {@link ERRORS}; `details` are fields for the log, never personal data. */
export class OpenhoursError extends Error {
  override readonly name = 'OpenhoursError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** What the code stands for. */
  get kind(): ErrorKind {
    return ERRORS[this.code];
  }
}

/** True for an {@link OpenhoursError}, of the given code if one is given. */
export function isOpenhoursError(error: unknown, code?: ErrorCode): error is OpenhoursError {
  return error instanceof OpenhoursError && (code === undefined || error.code === code);
}
