import { Command, type CommanderError } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { makeConfig } from '../test/support/config.ts';
import { processEnvironment } from './config/load.ts';
import { withShiftOptions, workerOptions } from './worker-options.ts';

const NAMES = ['SHIFT_EARLY', 'SHIFT_UNTIL', 'SHIFT_FOR'] as const;

afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

/** The wish that a worker started with these arguments has. */
function wishOf(args: readonly string[]) {
  workerOptions(args);
  const environment = processEnvironment();
  const given: Record<string, string> = {};
  for (const name of NAMES) {
    const value = environment[name];
    if (value !== undefined) given[name] = value;
  }
  return makeConfig(given).shift;
}

describe('the arguments of a container become the wish for a shift', () => {
  test.each([
    [['--until', '18:00'], { until: '18:00', forMs: undefined, early: false }],
    [['--until=18:00'], { until: '18:00', forMs: undefined, early: false }],
    [['--for', '2h'], { until: undefined, forMs: 7_200_000, early: false }],
    [['--early'], { until: undefined, forMs: undefined, early: true }],
    [['--early', '--for', '1h30m', '--until', '09:00'], { until: '09:00', forMs: 5_400_000, early: true }],
  ])('%j', (args, wish) => {
    expect(wishOf(args)).toEqual(wish);
  });

  test('what is not given leaves the variables as they are', () => {
    process.env['SHIFT_FOR'] = '3h';
    expect(wishOf(['--early'])).toEqual({ until: undefined, forMs: 10_800_000, early: true });
  });

  test.each([
    ['--until', '25:00'],
    ['--for', 'ever'],
  ])('%s %s is refused, naming the variable', (option, value) => {
    expect(() => wishOf([option, value])).toThrow(/SHIFT_(UNTIL|FOR) must be/);
  });
});

test('an option that does not exist is refused, with those that do', () => {
  let written = '';
  const command = withShiftOptions(new Command('worker'))
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({ writeErr: (text) => void (written += text) });
  let code: string | undefined;
  try {
    command.parse(['--untill', '18:00'], { from: 'user' });
  } catch (error) {
    code = (error as CommanderError).code;
  }
  expect(code).toBe('commander.unknownOption');
  expect(written).toMatch(/--untill.*--early.*--until <HH:MM>.*--for <duration>/s);
});
