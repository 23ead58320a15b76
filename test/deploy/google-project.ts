import { policyRoutes } from './google-iam.ts';
import { type Call, type Route, type Thing, done, invalid, notFound, Refusal } from './google-state.ts';

/** APIs that can be switched on; any other name is refused. */
const KNOWN = [
  ...['run', 'cloudscheduler', 'secretmanager', 'artifactregistry', 'iam', 'cloudbuild', 'container'],
  ...['logging', 'monitoring', 'storage', 'serviceusage', 'cloudresourcemanager', 'iamcredentials', 'sts'],
  ...[
    'compute',
    'containeranalysis',
    'containerscanning',
    'ondemandscanning',
    'cloudkms',
    'binaryauthorization',
  ],
].map((name) => `${name}.googleapis.com`);

const projectOf = ({ state, at }: Call): Thing => {
  state.checkProject(at['project']);
  return {
    projectNumber: state.number,
    projectId: state.project,
    lifecycleState: 'ACTIVE',
    name: 'Openhours test',
  };
};

function service({ state, at }: Call, name: string): Thing {
  state.checkProject(at['project']);
  if (!KNOWN.includes(name))
    throw new Refusal(403, 'PERMISSION_DENIED', `Not found or permission denied for service(s): ${name}.`);
  return {
    name: `projects/${state.number}/services/${name}`,
    config: { name },
    state: state.enabled.has(name) ? 'ENABLED' : 'DISABLED',
    parent: `projects/${state.number}`,
  };
}

function enable(call: Call, names: readonly string[]): Thing {
  if (names.length === 0 || names.length > 20) throw invalid('serviceIds: 1 to 20 services at a time.');
  const services = names.map((name) => service(call, name));
  for (const name of names) call.state.enabled.add(name);
  return done(call.state, 'operations', { services });
}

const SERVICES = '/v1/projects/{project}/services';
const usage = (method: string, path: string, handle: Route['handle']): Route => ({
  service: 'serviceusage',
  method,
  path,
  handle,
});
const PROJECT = '/v1/projects/{project}';

/** Service Usage and Resource Manager. */
export const projectRoutes: Route[] = [
  usage('GET', SERVICES, (call) => {
    const wanted = /state:(\w+)/.exec(call.query.get('filter') ?? '')?.[1];
    return {
      services: KNOWN.map((name) => service(call, name)).filter((one) => !wanted || one['state'] === wanted),
    };
  }),
  usage('GET', `${SERVICES}/{name}`, (call) => service(call, call.at['name'] ?? '')),
  usage('POST', `${SERVICES}/{name}:enable`, (call) => enable(call, [call.at['name'] ?? ''])),
  usage('POST', `${SERVICES}:batchEnable`, (call) =>
    enable(call, (call.body['serviceIds'] ?? []) as string[]),
  ),
  usage('GET', '/v1/operations/{name}', () => {
    throw notFound('The operation');
  }),
  { service: 'cloudresourcemanager', method: 'GET', path: PROJECT, handle: projectOf },
  {
    service: 'cloudresourcemanager',
    method: 'GET',
    path: '/v3/projects/{project}',
    handle: (call) => ({ ...projectOf(call), name: `projects/${call.state.number}`, state: 'ACTIVE' }),
  },
  ...policyRoutes('cloudresourcemanager', PROJECT, (call) => {
    projectOf(call);
    return `cloudresourcemanager:projects/${call.state.project}`;
  }),
];
