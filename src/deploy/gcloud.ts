/** One command of gcloud, as an operator would type it. */
export interface GcloudCommand {
  /** Absent: gcloud itself. Others get no option of gcloud's. */
  readonly program?: 'docker' | 'kubectl';
  /** Without the program's name: ['run', 'jobs', 'replace', '-', …]. Never holds a secret. */
  readonly args: readonly string[];
  /** Goes to its standard input where an argument is `-`: a rendered file, or a secret. */
  readonly input?: string;
  /** The input is a secret: no plan and no log shows it. */
  readonly secret?: boolean;
}

/** The gcloud client. */
export interface Gcloud {
  /**
   * Runs it with --format=json --quiet and the project; what it printed, parsed. Reads are kept for one run (same args: same answer) until
   * something of the same service is changed.
   * @throws OpenhoursError CLOUD_REFUSED, CLOUD_NOT_FOUND, CLOUD_BUSY or CLOUD_FAILED; GCLOUD_MISSING.
   */
  read(args: readonly string[]): Promise<unknown>;
  /** The same, undefined where the thing is not there (404), or its API has not been enabled yet. */
  find(args: readonly string[]): Promise<unknown>;
  /**
   * Changes something. Retries 429, 409 (concurrent change) and 5xx, bounded.
   * @throws OpenhoursError as {@link Gcloud.read}, with the remedy.
   */
  change(command: GcloudCommand): Promise<void>;
}
