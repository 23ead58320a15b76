import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  etagOf,
  exists,
  invalid,
  many,
  masked,
  part,
  text,
} from './google-state.ts';

const logging = (method: string, path: string, handle: Route['handle']): Route => ({
  service: 'logging',
  method,
  path,
  handle,
});
const METRICS = '/v2/projects/{project}/metrics';
const metricKey = ({ state, at }: Call, name = at['name'] ?? '') => {
  state.checkProject(at['project']);
  return `logging:projects/${state.project}/metrics/${name}`;
};

function checkMetric(metric: Thing): Thing {
  if (text(metric, 'filter') === '') throw invalid('Metric filter is required.');
  const kind = text(metric, 'metricDescriptor', 'valueType');
  if (kind === 'DISTRIBUTION' && text(metric, 'valueExtractor') === '')
    throw invalid('A distribution metric needs a value extractor.');
  for (const label of Object.keys(part(metric, 'labelExtractors')))
    if (!many(metric, 'metricDescriptor', 'labels').some(({ key }) => key === label))
      throw invalid(`The label extractor ${label} has no label in the descriptor.`);
  return metric;
}

/**
 * Of a filter, only `field="text"`, `field:"text"`, `severity>=LEVEL` and timestamps' lower bound, joined by AND or lines; anything else is
 * taken for true.
 */
function keeps(filter: string): (entry: Thing) => boolean {
  const levels = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];
  const rules = [...filter.matchAll(/([\w.]+)\s*(>=|=|:)\s*"?([^"\s()]+)"?/g)];
  return (entry) =>
    rules.every(([, field = '', sign, wanted = '']) => {
      const found = text(entry, ...field.split('.'));
      if (field === 'severity' && sign === '>=') return levels.indexOf(found) >= levels.indexOf(wanted);
      if (field === 'timestamp') return found >= wanted;
      if (/[>]/.test(sign ?? '')) return true;
      return sign === ':' ? found.includes(wanted) : found === wanted;
    });
}

function entries({ state, body }: Call): Thing {
  for (const name of (body['resourceNames'] ?? []) as string[])
    state.checkProject(name.replace(/^projects\//, ''));
  const kept = state.logged().filter(keeps(text(body, 'filter')));
  if (/desc/.test(text(body, 'orderBy'))) kept.reverse();
  return { entries: kept.slice(0, Number(body['pageSize'] ?? 1000)) };
}

interface Collection {
  readonly version: 'v1' | 'v3';
  readonly name: string;
  readonly listed: string;
  readonly check: (state: GoogleState, thing: Thing) => void;
}

function checkAlert(state: GoogleState, policy: Thing): void {
  if (text(policy, 'displayName') === '')
    throw invalid('Field alert_policy.display_name had an invalid value: missing.');
  const conditions = many(policy, 'conditions');
  if (conditions.length === 0 || conditions.length > 6)
    throw invalid('A policy must have 1 to 6 conditions.');
  if (!['AND', 'OR', 'AND_WITH_MATCHING_RESOURCE'].includes(text(policy, 'combiner')))
    throw invalid('Field alert_policy.combiner had an invalid value.');
  for (const condition of conditions)
    for (const kind of ['conditionThreshold', 'conditionAbsent']) {
      if (!condition[kind]) continue;
      const filter = text(condition, kind, 'filter');
      if (!filter.includes('metric.type')) throw invalid(`The filter ${filter} must name a metric.type.`);
      const custom = /logging\.googleapis\.com\/user\/([\w-]+)/.exec(filter)?.[1];
      if (custom && !state.things.has(`logging:projects/${state.project}/metrics/${custom}`))
        throw invalid(`Cannot find metric that matches type = "logging.googleapis.com/user/${custom}".`);
      if (!/^[\d.]+s$/.test(text(condition, kind, 'duration') || '0s'))
        throw invalid('duration is no number of seconds.');
    }
  for (const channel of (policy['notificationChannels'] ?? []) as string[])
    if (!state.things.has(`monitoring:${channel}`)) throw invalid(`Could not find channel ${channel}.`);
}

function checkChannel(_: GoogleState, channel: Thing): void {
  if (
    text(channel, 'type') === 'email' &&
    !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text(channel, 'labels', 'email_address'))
  )
    throw invalid('The label email_address is no address.');
}

function checkUptime(_: GoogleState, uptime: Thing): void {
  const host = text(uptime, 'monitoredResource', 'labels', 'host');
  if (text(uptime, 'monitoredResource', 'type') === 'uptime_url' && host === '')
    throw invalid('The host is missing.');
  if (!['60s', '300s', '600s', '900s', ''].includes(text(uptime, 'period')))
    throw invalid('period must be 60, 300, 600 or 900 s.');
}

function checkDashboard(_: GoogleState, dashboard: Thing): void {
  if (text(dashboard, 'displayName') === '') throw invalid('displayName is required.');
  const layouts = ['gridLayout', 'mosaicLayout', 'rowLayout', 'columnLayout'].filter(
    (name) => dashboard[name],
  );
  if (layouts.length !== 1) throw invalid('A dashboard has exactly one layout.');
  const columns = Number(text(dashboard, 'mosaicLayout', 'columns') || '48');
  for (const tile of many(dashboard, 'mosaicLayout', 'tiles'))
    if (Number(tile['xPos'] ?? 0) + Number(tile['width'] ?? 0) > columns)
      throw invalid('A tile is outside of the grid.');
}

const COLLECTIONS: readonly Collection[] = [
  { version: 'v3', name: 'alertPolicies', listed: 'alertPolicies', check: checkAlert },
  { version: 'v3', name: 'notificationChannels', listed: 'notificationChannels', check: checkChannel },
  { version: 'v3', name: 'uptimeCheckConfigs', listed: 'uptimeCheckConfigs', check: checkUptime },
  { version: 'v1', name: 'dashboards', listed: 'dashboards', check: checkDashboard },
];

function collectionRoutes({ version, name, listed, check }: Collection): Route[] {
  const route = (method: string, tail: string, handle: Route['handle']): Route => ({
    service: 'monitoring',
    method,
    path: `/${version}/projects/{project}/${name}${tail}`,
    handle,
  });
  const key = ({ state, at }: Call) => {
    state.checkProject(at['project']);
    // Monitoring names a project by its ID, dashboards by its number.
    const project = version === 'v1' ? state.number : state.project;
    return `monitoring:projects/${project}/${name}${at['id'] ? `/${at['id']}` : ''}`;
  };
  const write = (call: Call, update: boolean) => {
    const { state, body, query } = call;
    if (!update) {
      check(state, body);
      const given = /dashboards\/([^/]+)$/.exec(text(body, 'name'))?.[1];
      const full = `${key(call)}/${given ?? state.next()}`;
      const thing = { ...body, name: full.slice('monitoring:'.length) };
      return state.add(full, { ...thing, ...(version === 'v1' && { etag: etagOf(thing) }) });
    }
    const before = state.get(key(call));
    const { etag, ...after } = version === 'v1' ? body : masked(before, body, query.get('updateMask'));
    check(state, after);
    const thing = { ...after, name: before['name'] };
    return state.replace(
      key(call),
      { ...thing, ...(version === 'v1' && { etag: etagOf(thing) }) },
      version === 'v1' ? etag : undefined,
    );
  };
  return [
    route('GET', '', (call) => ({
      [listed]: call.state.list(key(call)).filter(named(call.query.get('filter'))),
    })),
    route('POST', '', (call) => write(call, false)),
    route('GET', '/{id}', (call) => call.state.get(key(call))),
    route('PATCH', '/{id}', (call) => write(call, true)),
    route('DELETE', '/{id}', (call) => {
      call.state.remove(key(call));
      return {};
    }),
  ];
}

/** `display_name="…"` and `user_labels.a="…"` of a list's filter. */
const named = (filter: string | null) => (thing: Thing) =>
  [...(filter ?? '').matchAll(/([\w.]+)\s*=\s*"([^"]*)"/g)].every(([, field = '', wanted]) => {
    const keys = field
      .split('.')
      .map((key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
    return text(thing, ...keys) === wanted;
  });

/** Cloud Logging and Cloud Monitoring. */
export const watchRoutes: Route[] = [
  logging('POST', '/v2/entries:list', entries),
  logging('GET', METRICS, ({ state }) => ({
    metrics: state.list(`logging:projects/${state.project}/metrics`),
  })),
  logging('POST', METRICS, (call) => {
    const name = text(call.body, 'name');
    if (!/^[\w\-./]{1,100}$/.test(name)) throw invalid(`The metric name ${name} is invalid.`);
    const key = metricKey(call, name);
    if (call.state.things.has(key)) throw exists(`Metric ${name}`);
    return call.state.add(key, checkMetric(call.body));
  }),
  logging('GET', `${METRICS}/{name}`, (call) => call.state.get(metricKey(call))),
  logging('PUT', `${METRICS}/{name}`, (call) => {
    const key = metricKey(call);
    checkMetric(call.body);
    call.state.things.set(key, call.body);
    return call.body;
  }),
  logging('DELETE', `${METRICS}/{name}`, (call) => {
    call.state.remove(metricKey(call));
    return {};
  }),
  ...COLLECTIONS.flatMap(collectionRoutes),
];
