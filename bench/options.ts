import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The options of a benchmark as the command line has them. `--help` says which there are and ends the process, as do options that are none: a
 * mistyped one would else start a run of many minutes.
 * @param usage All options, as `[--runs 3] [--json]`.
 */
export function commandLine<Options extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: Options,
) {
  const file = process.argv[1]?.split('/').at(-1) ?? '';
  const line = `usage: node dist/bench/${file} ${usage}\n`;
  try {
    const { help, ...values } = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    }).values as Record<string, string | boolean | undefined>;
    if (help !== true) return values as Record<keyof Options, string | boolean | undefined>;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), line);
  }
  process.stdout.write(line);
  return process.exit(0);
}

/** How often something is done: `--<times> N`, a whole number; and `--json`. */
export function benchOptions(times: string, often: number): { often: number; json: boolean } {
  const usage = `[--${times} ${often}] [--json]`;
  const values = commandLine(usage, { [times]: { type: 'string' }, json: { type: 'boolean' } });
  return { often: wholeNumber(times, values[times], often), json: values['json'] === true };
}

/** What `--<name>` says; `otherwise` where it says nothing. Anything but a whole number from 1 on ends the process. */
export function wholeNumber(name: string, value: string | boolean | undefined, otherwise: number): number {
  const wanted = value === undefined ? otherwise : Number(value);
  if (Number.isInteger(wanted) && wanted >= 1) return wanted;
  return refuse(`--${name} wants a whole number from 1 on`, '');
}

function refuse(problem: string, usage: string): never {
  process.stderr.write(`${problem}\n${usage}`);
  process.exit(2);
}
