import { type Command, InvalidArgumentError } from 'commander';
import type { DeployOptions } from './deploy.ts';
import type { LogOptions } from './deploy-logs.ts';
import type { ExecuteOptions } from './deploy-operate.ts';
import type { OperateOptions } from './deploy-operation.ts';
import type { RotateOptions } from './deploy-rotate.ts';

const load = async () => {
  const [deps, deploy, operate, rotate, logs] = await Promise.all([
    import('./deploy-deps.ts'),
    import('./deploy.ts'),
    import('./deploy-operate.ts'),
    import('./deploy-rotate.ts'),
    import('./deploy-logs.ts'),
  ]);
  return { deps: deps.deployDeps(), ...deploy, ...operate, ...rotate, ...logs };
};

function whole(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000) return number;
  throw new InvalidArgumentError('must be a whole number from 1 to 1000');
}

const environment = (command: Command): Command =>
  command
    .requiredOption('--env <name>', 'dev, staging or prod, as in deploy/environments.yaml')
    .option('--json', 'print one JSON document on stdout, everything else on stderr');

const component = (command: Command): Command =>
  environment(command).option('--component <name>', 'worker or gateway', 'worker');

const TARGET = '--target <name>';
const MADE_AS = 'where the worker runs: job, worker-pool, service or gke';
const FOUND_AS = 'only the worker as job, worker-pool, service or gke (default: wherever it is';

/** Adds `openhours deploy …`. */
export function addDeployCommands(program: Command): void {
  const deploy = program
    .command('deploy')
    .description('put the worker or the gateway on Google Cloud, and operate it, with your own gcloud');
  addMaking(deploy);
  addDestroy(deploy);
  addLooking(deploy);
  addOperating(deploy);
}

function addMaking(deploy: Command): void {
  for (const [name, text] of [
    ['plan', 'show every change and every command that apply would make, and touch nothing'],
    ['apply', 'make the project what the settings say; a second time changes nothing'],
  ] as const) {
    component(deploy.command(name))
      .description(text)
      .option(TARGET, MADE_AS, 'job')
      .option('--tag <tag>', "the image's tag (default: from the commit and what was changed since)")
      .option('--local', 'build with docker on this machine, instead of Cloud Build')
      .option('--secrets-file <file>', 'values in dotenv form; they stand above the environment')
      .option('--clinic-file <file>', "take the hours from a clinic's file, instead of the database")
      .action(async (options: DeployOptions) => {
        const commands = await load();
        process.exitCode = await commands.deploy(options, name === 'plan', commands.deps);
      });
  }
}

function addDestroy(deploy: Command): void {
  environment(deploy.command('destroy'))
    .description('show what of an environment would be removed; with --yes remove it')
    .option('--component <name>', 'only worker or gateway (default: both)')
    .option(TARGET, MADE_AS, 'job')
    .option('--yes', 'remove it')
    .option('--force', 'also while an execution is at work: it is cancelled first')
    .action(async (options: DeployOptions) => {
      const commands = await load();
      process.exitCode = await commands.destroy(options, commands.deps);
    });
}

function addLooking(deploy: Command): void {
  environment(deploy.command('status'))
    .description('show what is deployed, and who is at work')
    .option(TARGET, `${FOUND_AS} on Cloud Run)`)
    .action(async (options: OperateOptions) => {
      const commands = await load();
      process.exitCode = await commands.status(options, commands.deps);
    });
  component(deploy.command('logs'))
    .description('show what was logged, the oldest line first')
    .option(TARGET, `${FOUND_AS})`)
    .option('--execution <name>', 'of one execution only')
    .option('--since <duration>', 'how far back, such as 30m or 24h', '1h')
    .option('--severity <level>', 'only from this level on, such as WARNING')
    .option('--limit <n>', 'at most so many lines', whole, 200)
    .action(async (options: LogOptions) => {
      const commands = await load();
      process.exitCode = await commands.logs(options, commands.deps);
    });
  environment(deploy.command('executions'))
    .description('list the latest executions of the job')
    .option('--limit <n>', 'at most so many', whole, 20)
    .action(async (options: OperateOptions & { limit: number }) => {
      const commands = await load();
      process.exitCode = await commands.listExecutions(options, commands.deps);
    });
}

function addOperating(deploy: Command): void {
  environment(deploy.command('execute'))
    .description("start a worker now: by the clinic's hours, or for a shift by hand")
    .option('--for <duration>', 'work this long, whatever the hours say: 2h, 90m')
    .option('--until <time>', "work until this time on the clinic's clock, whatever the hours say: 18:30")
    .action(async (options: ExecuteOptions) => {
      const commands = await load();
      process.exitCode = await commands.execute(options, commands.deps);
    });
  environment(deploy.command('cancel [execution]'))
    .description('stop an execution; without a name the one that is at work')
    .action(async (name: string | undefined, options: OperateOptions) => {
      const commands = await load();
      process.exitCode = await commands.cancel(name, options, commands.deps);
    });
  component(deploy.command('update-image'))
    .description('run another image that is built already, such as an earlier one')
    .option(TARGET, `${FOUND_AS} on Cloud Run)`)
    .requiredOption('--tag <tag>', "the image's tag")
    .action(async (options: OperateOptions & { tag: string }) => {
      const commands = await load();
      process.exitCode = await commands.updateImage(options, commands.deps);
    });
  environment(deploy.command('rotate-secret <variable>'))
    .description('store a new value of a secret, and use it from the next start on')
    .option('--secrets-file <file>', 'the value in dotenv form (default: the variable of that name)')
    .option('--disable-old', 'disable the version before')
    .option(TARGET, `${FOUND_AS} on Cloud Run)`)
    .action(async (variable: string, options: RotateOptions) => {
      const commands = await load();
      process.exitCode = await commands.rotateSecret(variable, options, commands.deps);
    });
}
