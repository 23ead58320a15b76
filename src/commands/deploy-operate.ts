import { parseDuration } from '../config/load.ts';
import { type Deployed, deployedGateway, deployedWorker, notDeployed } from '../deploy/deployed.ts';
import { imageCommand } from '../deploy/deployed-changes.ts';
import { imageThere } from '../deploy/image.ts';
import { imageName } from '../deploy/names.ts';
import { askedWrongly } from '../deploy/preflight.ts';
import { setClusterImage } from '../deploy/targets/cluster-worker.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { cancelExecution, executionsOf, runningExecutions } from './deploy-executions.ts';
import {
  type Found,
  type OperateOptions,
  type Operation,
  begin,
  find,
  findSome,
} from './deploy-operation.ts';
import {
  clusterLines,
  describedAs,
  executionLines,
  gatewayLines,
  reported,
  runLines,
  timesOf,
} from './deploy-lines.ts';

/** `deploy status`: what is deployed, wherever it runs, what is at work, and what was. */
export async function status(options: OperateOptions, deps: DeployDeps): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, target, gcloud, say } = operation;
  const { env, project, region } = settings;
  const [found, gateway] = await Promise.all([find(operation, deps), deployedGateway(settings, gcloud)]);
  const { onRun, inCluster } = found;
  if (onRun.length === 0 && inCluster === undefined && gateway === undefined)
    throw notDeployed(settings, 'worker', target);
  const hasJob = onRun.some((one) => one.target === 'job');
  const executions = hasJob ? await executionsOf(settings, gcloud, 5) : [];
  say(`${env} in ${project}, ${region}`);
  for (const one of onRun) runLines(one).forEach(say);
  if (inCluster !== undefined) clusterLines(inCluster).forEach(say);
  if (onRun.length === 0 && inCluster === undefined)
    say(`  worker   none: ${notDeployed(settings, 'worker', target).message}`);
  gatewayLines(gateway).forEach(say);
  if (hasJob) executionLines(executions).forEach(say);
  if (options.json === true) {
    const report = {
      env,
      project,
      region,
      worker: onRun.map(reported),
      cluster: inCluster ?? null,
      executions,
    };
    deps.print(
      JSON.stringify({ ...report, gateway: gateway === undefined ? null : reported(gateway) }, null, 2),
    );
  }
  return ExitCode.ok;
}

/**
 * Only a job has executions.
 * @throws OpenhoursError DEPLOY_INVALID where the worker stays instead, with what to do then; CLOUD_NOT_FOUND where there is none.
 */
async function needJob(
  { settings, gcloud }: Operation,
  wish: string,
  instead: (there: Deployed) => string,
): Promise<void> {
  // One question where there is a job, as there mostly is.
  if ((await deployedWorker(settings, gcloud, ['job'])).length > 0) return;
  const [there] = await deployedWorker(settings, gcloud);
  if (there === undefined) throw notDeployed(settings, 'worker');
  throw askedWrongly(
    wish,
    `is for a job, and ${describedAs(there)} stays without executions`,
    instead(there),
  );
}

const RESTART = '`openhours fleet stop` ends a worker, and Cloud Run starts it again';

/** `deploy executions`: the latest runs of the job. */
export async function listExecutions(
  options: OperateOptions & { readonly limit?: number },
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  await needJob(
    operation,
    '`executions`',
    () =>
      `\`openhours deploy status --env ${options.env}\` and \`openhours fleet status\` show who is at work`,
  );
  const executions = await executionsOf(operation.settings, operation.gcloud, options.limit);
  if (executions.length === 0) operation.say('no execution yet');
  for (const { name, state, startedAt, endedAt, retries } of executions) {
    const again = retries === 0 ? '' : `, started again ${timesOf(retries)}`;
    operation.say(`${name}  ${state.padEnd(9)}  ${startedAt ?? '-'}  ${endedAt ?? '-'}${again}`);
  }
  if (options.json === true) deps.print(JSON.stringify(executions, null, 2));
  return ExitCode.ok;
}

/** `deploy cancel`: stops an execution; without a name the one that is at work. */
export async function cancel(
  name: string | undefined,
  options: OperateOptions,
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, gcloud, say } = operation;
  await needJob(
    operation,
    '`cancel`',
    ({ target }) =>
      `${RESTART}; \`openhours deploy destroy --env ${options.env} --component worker --target ${target}\` takes it away`,
  );
  const atWork = await runningExecutions(settings, gcloud);
  const wanted = name ?? atWork[0];
  if (name === undefined && atWork.length > 1)
    throw askedWrongly('the execution', 'is not clear', `name one of ${atWork.join(', ')}`);
  if (wanted === undefined || !atWork.includes(wanted)) {
    say(wanted === undefined ? 'no execution is at work' : `${wanted} is not at work: nothing to cancel`);
    if (options.json === true) deps.print(JSON.stringify({ cancelled: null }));
    return wanted === undefined ? ExitCode.ok : ExitCode.config;
  }
  await cancelExecution(wanted, settings, gcloud);
  say(`${wanted} is cancelled: its worker has 10 s to hand its calls over`);
  if (options.json === true) deps.print(JSON.stringify({ cancelled: wanted }));
  return ExitCode.ok;
}

/** Options of `deploy execute`. */
export interface ExecuteOptions extends OperateOptions {
  readonly for?: string;
  readonly until?: string;
}

/** `deploy execute`: starts a worker now, by the clinic's hours, or with `--for` or `--until` for a shift by hand. */
export async function execute(options: ExecuteOptions, deps: DeployDeps): Promise<ExitCode> {
  if (options.for !== undefined && parseDuration(options.for) === undefined)
    throw askedWrongly('--for', `is "${options.for}"`, 'write a duration such as 2h or 90m');
  if (options.until !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(options.until))
    throw askedWrongly(
      '--until',
      `is "${options.until}"`,
      "write a time on the clinic's clock, such as 18:30",
    );
  const operation = await begin(options, deps);
  const { settings, gcloud, say } = operation;
  await needJob(operation, '`execute`', () => `it is there already, and opens with the clinic; ${RESTART}`);
  const before = new Set((await executionsOf(settings, gcloud)).map(({ name }) => name));
  const wishes = [
    ...(options.for === undefined ? [] : [`SHIFT_FOR=${options.for}`]),
    ...(options.until === undefined ? [] : [`SHIFT_UNTIL=${options.until}`]),
  ];
  const args = ['run', 'jobs', 'execute', settings.jobName, `--region=${settings.region}`, '--async'];
  await gcloud.change({
    args: wishes.length === 0 ? args : [...args, `--update-env-vars=${wishes.join(',')}`],
  });
  const started = (await executionsOf(settings, gcloud)).find(({ name }) => !before.has(name));
  say(
    `started ${started?.name ?? settings.jobName}: \`openhours deploy logs --env ${settings.env}\` shows what it does`,
  );
  if (options.json === true) deps.print(JSON.stringify({ execution: started?.name ?? null }));
  return ExitCode.ok;
}

/** A place that runs an image, and how it is told to run another one. */
interface ImageUse {
  readonly name: string;
  readonly before: string | undefined;
  /** What becomes of the calls. */
  readonly then: string;
  readonly change: (image: string) => Promise<void>;
}

function imageUses(
  { onRun, inCluster }: Found,
  { settings, gcloud }: Operation,
  deps: DeployDeps,
): ImageUse[] {
  const uses = onRun.map((there) => ({
    name: describedAs(there),
    before: there.image,
    then:
      there.target === 'job'
        ? ', from the next execution on'
        : there.component === 'worker'
          ? '; calls of the instances before are handed over'
          : '',
    change: (image: string) => gcloud.change(imageCommand(there, image, settings.region)),
  }));
  if (inCluster === undefined) return uses;
  const pods = {
    name: `deployment ${inCluster.name} in ${inCluster.namespace}`,
    before: inCluster.image,
    then: '; calls of the pods before go on to their end',
    change: (image: string) => setClusterImage(inCluster, image, deps.kubectl),
  };
  return [...uses, pods];
}

/**
 * `deploy update-image`: runs another image that is there already, such as an earlier one, wherever the component runs. An execution that is at work
 * keeps its own until the shift ends.
 */
export async function updateImage(
  options: OperateOptions & { readonly tag: string },
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, component, gcloud, say } = operation;
  const found = await findSome(operation, deps);
  const image = imageName(component, settings, options.tag);
  if (!(await imageThere(component, settings, options.tag, gcloud))) {
    throw new OpenhoursError(
      'CLOUD_NOT_FOUND',
      `there is no image ${image}: build it with \`openhours deploy apply --env ${settings.env} --tag ${options.tag}\`, or name another tag`,
    );
  }
  const updated = [];
  for (const { name, before, then, change } of imageUses(found, operation, deps)) {
    const changed = before !== image;
    if (changed) await change(image);
    say(
      changed
        ? `${name}: ${before ?? 'nothing'} → ${image}${then}`
        : `${name} runs ${image} already: nothing to change`,
    );
    updated.push({ name, before: before ?? null, changed });
  }
  if (options.json === true) {
    const changed = updated.some((one) => one.changed);
    deps.print(JSON.stringify({ component, image, changed, updated }));
  }
  return ExitCode.ok;
}
