import { Command } from 'commander';
import { setShiftWish } from './config/load.ts';

/** How a worker's shift may differ from the clinic's hours, as options of a command. */
export function withShiftOptions(command: Command): Command {
  return command
    .option('--early', 'started before opening: wait for it instead of leaving (SHIFT_EARLY=true)')
    .option('--until <HH:MM>', "work until then on the clinic's clock, whatever its hours say (SHIFT_UNTIL)")
    .option('--for <duration>', 'work that long, such as 2h or 90m, whatever the hours say (SHIFT_FOR)');
}

/** Reads the options of a worker that was started as the container starts it. */
export function workerOptions(args: readonly string[]): void {
  const command = withShiftOptions(new Command('worker')).showHelpAfterError();
  setShiftWish(command.parse(args, { from: 'user' }).opts());
}
