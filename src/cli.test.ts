import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from './cli.ts';

/** Parses a command line as the binary does, without running a command or leaving the process. */
function parse(line: string): { out: string; code: string | undefined } {
  let out = '';
  const program = createProgram();
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void (out += text),
      writeErr: (text) => void (out += text),
    });
    if (command !== program) command.action(() => undefined);
  }
  try {
    program.parse(line.split(' ').filter(Boolean), { from: 'user' });
    return { out, code: undefined };
  } catch (error) {
    return { out, code: (error as { code: string }).code };
  }
}

const commands: Command[] = [...createProgram().commands];

test('the commands are those that other programs rely on', () => {
  expect(commands.map((command) => command.name())).toEqual(
    expect.arrayContaining(['worker', 'dev', 'demo', 'call', 'clinic', 'provision', 'doctor']),
  );
});

describe('every command has --help', () => {
  test.each(commands.map((command) => [command.name(), command] as const))('%s', (name, command) => {
    const { out, code } = parse(`${name} --help`);
    expect(code).toBe('commander.helpDisplayed');
    expect(out).toContain(`Usage: openhours ${name}`);
    expect(out.replace(/\s+/g, ' ')).toContain(command.description());
    for (const option of command.options) expect(option.description, option.flags).toMatch(/\S{3}/);
  });

  test('and all are listed with what they do', () => {
    const { out } = parse('--help');
    for (const command of commands) {
      expect(command.description(), command.name()).toMatch(/\S/);
      expect(out).toContain(`  ${command.name()}`);
    }
  });
});

test('commands within commands have help of their own, and those that print results take --json', () => {
  const nested = commands.flatMap((command) => command.commands.map((one) => [command.name(), one] as const));
  expect(nested.map(([of, one]) => `${of} ${one.name()}`)).toEqual(
    expect.arrayContaining(['fleet status', 'clinic apply', 'clinic export']),
  );
  for (const [of, one] of nested) {
    const help = one.helpInformation();
    expect(help).toContain(`Usage: openhours ${of} ${one.name()}`);
    expect(help.replace(/\s+/g, ' ')).toContain(one.description());
  }
  const json = [...commands, ...nested.map(([, one]) => one)]
    .filter((command) => command.options.some(({ long }) => long === '--json'))
    .map((command) => command.name());
  expect(json).toEqual(expect.arrayContaining(['status', 'apply', 'export', 'provision', 'doctor']));
});

test('--version is that of the package', () => {
  expect(parse('--version').out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
});

test.each(['0', '-1', '1.5', 'many', '1001', ''])(
  'a count of calls that is none is refused with the help: "%s"',
  (count) => {
    const { out, code } = parse(`demo --calls=${count}`);
    expect(code).toBe('commander.invalidArgument');
    expect(out).toContain('must be a whole number from 1 to 1000');
    expect(out).toContain('Usage: openhours demo');
  },
);

test('a command that does not exist is refused with the help', () => {
  const { out, code } = parse('wroker');
  expect(code).toBe('commander.unknownCommand');
  expect(out).toContain('worker');
});
