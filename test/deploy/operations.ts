import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../src/cli.ts';
import { listExecutions, cancel, execute, status, updateImage } from '../../src/commands/deploy-operate.ts';
import { logs } from '../../src/commands/deploy-logs.ts';
import { scheduleDeps, showSchedule } from '../../src/commands/schedule.ts';
import { projectRoot } from '../../src/config/paths.ts';
import type { Scene } from './scene.ts';

/** The commands of docs/operations.md that stand in a block after `<!-- checked -->`, each once. */
export function documentedCommands(): string[] {
  const page = readFileSync(join(projectRoot(), 'docs', 'operations.md'), 'utf8');
  const blocks = [...page.matchAll(/<!-- checked -->\s*```sh\n([\s\S]*?)```/g)];
  const lines = blocks.flatMap(([, block = '']) => block.split('\n'));
  return [...new Set(lines.map((line) => line.replace(/\s+# .*$/, '').trim()).filter((line) => line !== ''))];
}

/**
 * Runs one of them as an operator would, with what stands for its `<placeholders>`. `deploy plan`, `apply` and `destroy` are only read: they have tests
 * of their own, and take their time.
 * @returns What went wrong; empty for nothing.
 */
export async function runDocumented(
  scene: Scene,
  line: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const filled = line.replace(/<(\w+)>/g, (all, name: string) => values[name] ?? all);
  if (/<\w+>/.test(filled)) return `nothing is known for the placeholder in: ${filled}`;
  const [program, ...args] = [...filled.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) =>
    word.replaceAll("'", ''),
  );
  if (program === 'openhours') return runOpenhours(scene, args);
  if (program !== 'gcloud') return `this is neither gcloud nor openhours: ${filled}`;
  const { code, stderr } = await scene.run('gcloud', [...args, '--quiet'], { limitMs: 60_000 });
  return code === 0 ? '' : stderr;
}

type Options = { env: string; tag: string };

async function runOpenhours(scene: Scene, args: readonly string[]): Promise<string> {
  const program = createProgram();
  const group = program.commands.find((one) => one.name() === args[0]);
  const command = group?.commands.find((one) => one.name() === args[1]);
  if (!command) return `there is no openhours ${args.slice(0, 2).join(' ')}`;
  let problem = '';
  for (const one of [program, group, command]) {
    one?.exitOverride();
    one?.configureOutput({ writeErr: (text) => (problem += text), writeOut: () => undefined });
  }
  command.action(async () => {
    const options = command.opts<Options>();
    const name = command.args[0];
    const told = await scene.tell(async (deps) => {
      if (args[0] === 'schedule') {
        const schedule = { ...scheduleDeps(true), print: deps.print, warn: deps.warn };
        return showSchedule({ ...options, clinicFile: 'examples/clinic.yaml' }, schedule);
      }
      const commands: Record<string, () => Promise<unknown>> = {
        status: () => status(options, deps),
        executions: () => listExecutions(options, deps),
        logs: () => logs(options, deps),
        cancel: () => cancel(name, options, deps),
        execute: () => execute(options, deps),
        'update-image': () => updateImage(options, deps),
        ...Object.fromEntries(['plan', 'apply', 'destroy'].map((one) => [one, () => Promise.resolve(0)])),
      };
      const run = commands[command.name()];
      return run ? run() : Promise.reject(new Error(`nothing here runs deploy ${command.name()}`));
    });
    problem += told.error?.message ?? '';
  });
  await program
    .parseAsync(['node', 'openhours', ...args])
    .catch((error: unknown) => (problem ||= String(error)));
  return problem;
}
