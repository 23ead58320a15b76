import { parseArgs } from 'node:util';

/**
 * The options of a benchmark: how often (`--<times> N`), `--json`, and `--help`, which says both and ends the process, as do options that are
 * none: a mistyped one would else start a run of many minutes.
 */
export function benchOptions<Times extends string>(
  times: Times,
  often: number,
): { often: number; json: boolean } {
  const file = process.argv[1]?.split('/').at(-1) ?? '';
  const usage = `usage: node dist/bench/${file} [--${times} ${often}] [--json]\n`;
  try {
    const { values } = parseArgs({
      options: {
        [times]: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values['help'] === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const wanted = values[times] === undefined ? often : Number(values[times]);
    if (!Number.isInteger(wanted) || wanted < 1) throw new Error(`--${times} wants a whole number from 1 on`);
    return { often: wanted, json: values['json'] === true };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}
