import type { Calendar } from '../clinic/hours.ts';
import { type DeployFacts, workerSecrets } from './container.ts';
import { RUN_TARGETS, deployedWorker } from './deployed.ts';
import type { EnvironmentSettings } from './environments.ts';
import { GATEWAY_SECRETS, gatewayService } from './gateway-service.ts';
import type { Gcloud } from './gcloud.ts';
import { type Component, image } from './image.ts';
import { imageName, secretName } from './names.ts';
import type { PlugIns } from './plug-ins.ts';
import { APIS, apis, jobInvoker, repository, secretAccess, serviceAccount } from './project-resources.ts';
import type { Resource } from './resource.ts';
import type { SecretValues } from './secret-values.ts';
import { SecretResource, secretVersions } from './secrets.ts';
import { type Target, targetApi, targetResources, targetYaml } from './target.ts';
import { gkeResources } from './targets/gke.ts';

/** What is deployed. */
export interface Deployment {
  readonly settings: EnvironmentSettings;
  readonly component: Component;
  /** Of the worker. */
  readonly target: Target;
  readonly tag: string;
  readonly builder: 'cloud' | 'local';
  /** Values to be stored; what is not among them stays as it is stored. */
  readonly values: SecretValues;
  /** Of the clinics that the worker serves. */
  readonly calendars: readonly Calendar[];
  readonly nowMs: number;
  readonly plugIns: PlugIns;
}

/** The variables of a component that come from Secret Manager. */
export function secretsOf(component: Component, settings: EnvironmentSettings): readonly string[] {
  return component === 'worker' ? workerSecrets(settings) : GATEWAY_SECRETS;
}

/** What has to be there before a container can be described: accounts, secrets that they may read, an image. */
export function groundwork(deployment: Deployment): Resource[] {
  const { settings, component, target, values, tag, builder } = deployment;
  const variables = secretsOf(component, settings);
  return [
    apis([...new Set([...APIS, targetApi(target)])].toSorted()),
    repository(settings),
    serviceAccount(component, settings),
    ...(scheduled(deployment) ? [serviceAccount('scheduler', settings)] : []),
    ...variables.map((variable) => new SecretResource(variable, settings, values)),
    ...variables.map((variable) => secretAccess(component, secretName(variable, settings), settings)),
    image(component, settings, tag, builder),
  ];
}

/** Only a job is started by the clock. */
const scheduled = ({ component, target }: Pick<Deployment, 'component' | 'target'>): boolean =>
  component === 'worker' && target === 'job';

/** What runs, what starts it, and what watches it: described with the versions of the secrets that are there now, or will be. */
export async function running(
  deployment: Deployment,
  gcloud: Gcloud,
): Promise<{ resources: Resource[]; yaml: string | undefined }> {
  const { itself, watching, yaml } = await parts(deployment, gcloud);
  return { resources: [...itself, ...watching], yaml };
}

/** What runs with what starts it, and what watches it wherever it runs. */
async function parts(
  deployment: Deployment,
  gcloud: Gcloud,
): Promise<{ itself: Resource[]; watching: Resource[]; yaml: string | undefined }> {
  const { settings, component, target, tag, values, calendars, nowMs, plugIns } = deployment;
  const versions = await secretVersions(gcloud, secretsOf(component, settings), settings, values);
  const facts = { image: imageName(component, settings, tag), secretVersions: versions };
  if (component === 'gateway')
    return { itself: [gatewayService(settings, facts)], watching: [], yaml: undefined };
  const { resources: entries, ...times } = plugIns.schedule(calendars, settings, nowMs);
  const workerFacts: DeployFacts & { calendars: readonly Calendar[] } = { ...facts, ...times, calendars };
  const gatewayUrl = await gatewayAddress(settings, gcloud);
  return {
    itself: [
      ...targetResources(target, settings, workerFacts),
      ...(scheduled(deployment) ? [jobInvoker(settings), ...entries] : []),
    ],
    watching: [
      ...plugIns.monitoring(settings, { target, ...(gatewayUrl === undefined ? {} : { gatewayUrl }) }),
    ],
    yaml: targetYaml(target, settings, workerFacts),
  };
}

/** Where the gateway answers; undefined where there is none. */
export async function gatewayAddress(
  settings: EnvironmentSettings,
  gcloud: Gcloud,
): Promise<string | undefined> {
  const found = (await gcloud.find([
    ...['run', 'services', 'describe', settings.gatewayName, `--region=${settings.region}`],
  ])) as { status?: { url?: string } } | undefined;
  return found?.status?.url;
}

/** Whether the worker is in another place than this target, too, as while it moves: on Cloud Run, or in a cluster whose pods may act for it. */
export async function workerElsewhere(
  { settings, target }: Pick<Deployment, 'settings' | 'target'>,
  gcloud: Gcloud,
): Promise<boolean> {
  const others = RUN_TARGETS.filter((one) => one !== target);
  if ((await deployedWorker(settings, gcloud, others)).length > 0) return true;
  if (target === 'gke') return false;
  const states = await Promise.all(gkeResources(settings).map((binding) => binding.read(gcloud)));
  return states.some(({ is }) => is === 'same');
}

/**
 * Everything of a component, for taking it away: without what the other component needs. What both share goes with the worker.
 * @param moved The worker is somewhere else, too: only what is of this target goes.
 */
export async function removable(deployment: Deployment, gcloud: Gcloud, moved: boolean): Promise<Resource[]> {
  const { settings, component } = deployment;
  if (moved) {
    const { itself } = await parts(deployment, gcloud);
    return [...(scheduled(deployment) ? [serviceAccount('scheduler', settings)] : []), ...itself];
  }
  const other: Component = component === 'worker' ? 'gateway' : 'worker';
  const there = await deployedLabels(settings, gcloud);
  const otherThere =
    other === 'worker' ||
    there.some(
      (labels) => labels['openhours-env'] === settings.env && labels['openhours-component'] === other,
    );
  const shared = new Set<string>(otherThere ? secretsOf(other, settings) : []);
  const kept = new Set([...shared].map((variable) => secretName(variable, settings)));
  // Another environment in the same project and region uses the same repository.
  const others = otherThere || there.some((labels) => labels['openhours-env'] !== settings.env);
  // A role goes with what it is on.
  const goes = ({ kind, name }: Resource) =>
    kind === 'secret'
      ? !kept.has(name)
      : kind !== 'role' || [...kept].some((one) => name.includes(` ${one} `));
  const ground = groundwork(deployment)
    .filter(goes)
    .map((resource) =>
      resource.kind === 'Artifact Registry repository' ? repository(settings, () => !others) : resource,
    );
  const { resources } = await running(deployment, gcloud);
  return [...ground, ...resources.filter(goes)];
}

/** The labels of every job and service of ours in the project and region. */
async function deployedLabels(
  { region }: EnvironmentSettings,
  gcloud: Gcloud,
): Promise<Record<string, string>[]> {
  const lists = await Promise.all(
    ['jobs', 'services'].map((group) => gcloud.find(['run', group, 'list', `--region=${region}`])),
  );
  return lists
    .flatMap((list) => (list ?? []) as { metadata?: { labels?: Record<string, string> } }[])
    .map(({ metadata }) => metadata?.labels ?? {})
    .filter((labels) => labels['managed-by'] === 'openhours');
}
