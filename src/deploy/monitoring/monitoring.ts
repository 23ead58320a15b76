import { ALERTS } from '../../config/desk-defaults.ts';
import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, labelsArgument, ownLabels } from '../resource.ts';
import { ALERT_LABEL, type AlertPolicy, alertPolicies, uptimePolicy } from './alert-policies.ts';
import { DashboardResource } from './dashboard-resource.ts';
import { ResourceGroup } from './group.ts';
import { LabelledResource, LeftoverResource, type Listed, findLabelled } from './labelled-resource.ts';
import { LogMetricResource } from './log-metric-resource.ts';
import { logMetrics } from './log-metrics.ts';
import { Watched, type WatchedFacts, type WatchedSettings } from './watched.ts';

/** What a plan shows where a channel is named that has yet to be made. */
const UNKNOWN_CHANNEL = '(the channel above)';

const CHANNELS = ['beta', 'monitoring', 'channels', 'list'] as const;
const POLICIES = ['alpha', 'monitoring', 'policies'] as const;
const UPTIME = ['monitoring', 'uptime'] as const;

/**
 * What watches a deployment: log-based metrics, who is told, alert policies, a dashboard, and an uptime check where there is a gateway. In the
 * order in which they need each other.
 */
export function monitoringResources(settings: WatchedSettings, facts: WatchedFacts = {}): Resource[] {
  const watched = new Watched(settings, facts.target);
  const host = facts.gatewayUrl === undefined ? undefined : new URL(facts.gatewayUrl).hostname;
  const policies = [...alertPolicies(watched), ...(host === undefined ? [] : [uptimePolicy(watched, host)])];
  const metrics = logMetrics(watched).map((metric) => new LogMetricResource(metric));
  return [
    new ResourceGroup('log-based metrics', watched.metricName('*'), metrics, true),
    ...(settings.alertEmail === undefined ? [] : [channel(settings, settings.alertEmail)]),
    ...(host === undefined ? [] : [uptimeCheck(settings, host)]),
    new ResourceGroup(
      'alert policies',
      `openhours ${settings.env}`,
      policies.map((policy) => policyResource(settings, policy)),
      // They name a channel that may only now be made.
      false,
    ),
    ...leftovers(settings, policies, host),
    new DashboardResource(watched),
  ];
}

/** What an earlier deployment made for a gateway, or for an address, that is there no longer. After the policies, which named the channel. */
function leftovers(
  settings: WatchedSettings,
  policies: readonly AlertPolicy[],
  host: string | undefined,
): Resource[] {
  const labels = ownLabels(settings.env);
  const keys = new Set(policies.map(({ userLabels }) => userLabels[ALERT_LABEL]));
  const wantedPolicy = ({ userLabels }: Listed) => keys.has(userLabels?.[ALERT_LABEL]);
  const left = (
    kind: string,
    list: readonly string[],
    wanted: (one: Listed) => boolean,
    ...more: string[]
  ) => {
    const remove = (name: string) => ({ args: [...list.slice(0, -1), 'delete', name, ...more] });
    return new LeftoverResource(kind, labels, { list, remove, wanted });
  };
  return [
    left('alert policies', [...POLICIES, 'list'], wantedPolicy),
    left('uptime checks', [...UPTIME, 'list-configs'], () => host !== undefined),
    left('notification channels', CHANNELS, () => settings.alertEmail !== undefined, '--force'),
  ];
}

/** Who is told, by e-mail. */
function channel({ env }: WatchedSettings, email: string): Resource {
  const labels = ownLabels(env);
  const wanted = {
    type: 'email',
    displayName: `openhours ${env}`,
    labels: { email_address: email },
    enabled: true,
    userLabels: labels,
  };
  const verb = (...words: string[]) => ['beta', 'monitoring', 'channels', ...words];
  return new LabelledResource(`openhours ${env}`, labels, {
    kind: 'notification channel',
    list: CHANNELS,
    wanted: async () => wanted,
    create: () => ({
      args: verb('create', '--channel-content-from-file=-'),
      input: JSON.stringify(wanted, null, 2),
    }),
    update: (name) => [
      {
        args: verb('update', name, '--channel-content-from-file=-'),
        input: JSON.stringify(wanted, null, 2),
      },
    ],
    // An address that is taken out of the settings may still stand in a policy made by hand.
    remove: (name) => ({ args: verb('delete', name, '--force') }),
  });
}

type ToldPolicy = AlertPolicy & { readonly notificationChannels: readonly string[] };

function policyResource(settings: WatchedSettings, policy: AlertPolicy): Resource {
  const verb = (...words: string[]) => [...POLICIES, ...words];
  const written = (wanted: ToldPolicy, ...words: string[]): GcloudCommand => ({
    args: verb(...words, '--policy-from-file=-'),
    input: JSON.stringify(wanted, null, 2),
  });
  return new LabelledResource<ToldPolicy>(policy.displayName, policy.userLabels, {
    kind: 'alert policy',
    list: verb('list'),
    wanted: async (gcloud) => ({ ...policy, notificationChannels: await channelsOf(gcloud, settings) }),
    create: (wanted) => written(wanted, 'create'),
    update: (name, wanted) => [written(wanted, 'update', name)],
    remove: (name) => ({ args: verb('delete', name) }),
  });
}

async function channelsOf(gcloud: Gcloud, { env, alertEmail }: WatchedSettings): Promise<string[]> {
  if (alertEmail === undefined) return [];
  const [found] = await findLabelled(gcloud, CHANNELS, ownLabels(env));
  return [found?.name ?? UNKNOWN_CHANNEL];
}

function uptimeCheck(settings: WatchedSettings, host: string): Resource {
  const { env, project } = settings;
  const labels = { ...ownLabels(env), [ALERT_LABEL]: 'gateway-down' };
  const verb = (...words: string[]) => [...UPTIME, ...words];
  const name = `openhours ${env} gateway`;
  const wanted = {
    displayName: name,
    monitoredResource: { type: 'uptime_url', labels: { host, project_id: project } },
    httpCheck: { path: '/health', port: 443, useSsl: true, validateSsl: true },
    period: `${ALERTS.uptimeEveryMin * 60}s`,
    timeout: `${ALERTS.uptimeTimeoutS}s`,
  };
  const settingsOfIt = [
    '--resource-type=uptime-url',
    `--resource-labels=host=${host},project_id=${project}`,
    '--protocol=https',
    '--port=443',
    '--path=/health',
    '--validate-ssl=true',
    `--period=${ALERTS.uptimeEveryMin}`,
    `--timeout=${ALERTS.uptimeTimeoutS}`,
    // gcloud 528 drops the labels of a check for which no regions are named. Three are the least that Google takes.
    '--regions=usa-virginia,europe,asia-pacific',
    `--user-labels=${labelsArgument(labels)}`,
  ];
  const create = () => ({ args: verb('create', name, ...settingsOfIt) });
  const remove = (id: string) => ({ args: verb('delete', id) });
  return new LabelledResource(name, labels, {
    kind: 'uptime check',
    list: verb('list-configs'),
    wanted: async () => wanted,
    create,
    // The host of a check cannot be changed.
    update: (id) => [remove(id), create()],
    remove,
  });
}
