import { policyRoutes } from './google-iam.ts';
import { checkManifest, type RunKind } from './google-run-checks.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  done,
  etagOf,
  many,
  part,
  REGIONS,
  Refusal,
  text,
} from './google-state.ts';

const GROUPS: Readonly<Record<RunKind, string>> = {
  jobs: 'run.googleapis.com',
  services: 'serving.knative.dev',
  workerpools: 'run.googleapis.com',
};

/** `us-central1` of `us-central1-run.emu.test`. */
export const regionOf = ({ host, at, state }: Call): string => {
  const region = at['region'] ?? host.replace(/-?run\.emu\.test$/, '');
  state.checkRegion(region);
  return region;
};
/** Where a kind of thing is kept, for the project and region of a call. */
export const folder = (call: Call, kind: string) => {
  call.state.checkProject(call.at['project']);
  return `run:projects/${call.state.project}/locations/${regionOf(call)}/${kind}`;
};

/** A job, service or worker pool that runs as written. */
function settled(state: GoogleState, region: string, kind: RunKind, manifest: Thing, before?: Thing): Thing {
  const generation = Number(text(before, 'metadata', 'generation') || '0') + 1;
  const name = text(manifest, 'metadata', 'name');
  const revision = `${name}-${String(generation).padStart(5, '0')}`;
  const url = `https://${name}-${state.number}.${region}.run.app`;
  const base = part(manifest, 'metadata');
  const traffic = [{ latestRevision: true, percent: 100 }];
  if (kind !== 'jobs') keepRevision(state, region, manifest, revision);
  return {
    ...manifest,
    ...(kind === 'services' && { spec: { traffic, ...part(manifest, 'spec') } }),
    metadata: {
      ...base,
      namespace: state.number,
      uid:
        text(before, 'metadata', 'uid') ||
        `00000000-0000-4000-8000-${String(state.next()).padStart(12, '0')}`,
      generation,
      resourceVersion: etagOf([manifest, generation]),
      creationTimestamp: text(before, 'metadata', 'creationTimestamp') || new Date().toISOString(),
      labels: { ...part(base, 'labels'), 'cloud.googleapis.com/location': region },
    },
    status: {
      observedGeneration: generation,
      conditions: [{ type: 'Ready', status: 'True' }],
      ...(kind === 'jobs' && { executionCount: Number(text(before, 'status', 'executionCount') || '0') }),
      ...(kind === 'services' && {
        url,
        address: { url },
        traffic: routed(manifest, revision),
      }),
      ...(kind !== 'jobs' && { latestCreatedRevisionName: revision, latestReadyRevisionName: revision }),
    },
  };
}

/** Which revisions the traffic goes to, by name. */
const routed = (manifest: Thing, latest: string): Thing[] => {
  const wanted = many(manifest, 'spec', 'traffic');
  if (wanted.length === 0) return [{ revisionName: latest, percent: 100, latestRevision: true }];
  return wanted.map((one) => ({ ...one, revisionName: text(one, 'revisionName') || latest }));
};

/** A new revision of a service or a worker pool; the ones before stay, for a way back. */
function keepRevision(state: GoogleState, region: string, manifest: Thing, name: string): void {
  state.things.set(`run:projects/${state.project}/locations/${region}/revisions/${name}`, {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: {
      name,
      namespace: state.number,
      creationTimestamp: new Date().toISOString(),
      labels: {
        'serving.knative.dev/service': text(manifest, 'metadata', 'name'),
        'cloud.googleapis.com/location': region,
      },
    },
    spec: part(manifest, 'spec', 'template', 'spec'),
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
}

function write(kind: RunKind, call: Call, before: Thing | undefined): Thing {
  const { state, body } = call;
  const version = text(body, 'metadata', 'resourceVersion');
  if (before && version !== '' && version !== text(before, 'metadata', 'resourceVersion'))
    throw new Refusal(
      409,
      'ABORTED',
      `Conflict for resource '${text(body, 'metadata', 'name')}': version '${version}' was specified but is not the current one.`,
    );
  checkManifest(state, kind, body);
  return settled(state, regionOf(call), kind, body, before);
}

/** Takes one away, with its executions or revisions. */
function remove(kind: RunKind, call: Call): void {
  const name = call.at['name'] ?? '';
  call.state.remove(`${folder(call, kind)}/${name}`);
  for (const [below, label] of [
    ['executions', 'run.googleapis.com/job'],
    ['revisions', 'serving.knative.dev/service'],
  ] as const)
    for (const one of call.state.list(folder(call, below)).filter(matching(`${label}=${name}`)))
      call.state.remove(`${folder(call, below)}/${text(one, 'metadata', 'name')}`);
}

function runRoutesOf(kind: RunKind): Route[] {
  const path = `/apis/${GROUPS[kind]}/v1/namespaces/{project}/${kind}`;
  const route = (method: string, tail: string, handle: Route['handle']): Route => ({
    service: 'run',
    method,
    path: path + tail,
    handle,
  });
  const key = (call: Call) => `${folder(call, kind)}/${call.at['name'] ?? ''}`;
  const listed = (call: Call) => ({
    metadata: {},
    items: call.state.list(folder(call, kind)).filter(matching(call.query.get('labelSelector'))),
  });
  return [
    route('GET', '', listed),
    route('POST', '', (call) => {
      const name = `${folder(call, kind)}/${text(call.body, 'metadata', 'name')}`;
      return call.state.add(name, write(kind, call, undefined));
    }),
    route('GET', '/{name}', (call) => call.state.get(key(call))),
    route('PUT', '/{name}', (call) => {
      const before = call.state.get(key(call));
      return call.state.replace(key(call), write(kind, call, before));
    }),
    route('DELETE', '/{name}', (call) => {
      remove(kind, call);
      return { kind: 'Status', status: 'Success' };
    }),
    { ...route('GET', '', listed), path: `/v1/projects/{project}/locations/{region}/${kind}` },
    ...policyRoutes('run', `/v1/projects/{project}/locations/{region}/${kind}/{name}`, (call) => {
      call.state.get(key(call));
      return key(call);
    }),
  ];
}

/** `a=b,c=d` of a list's labels. */
export const matching = (selector: string | null) => (thing: Thing) =>
  (selector ?? '')
    .split(',')
    .filter((rule) => rule.includes('='))
    .every((rule) => {
      const [label = '', wanted] = rule.split('=').map((side) => side.trim());
      return text(thing, 'metadata', 'labels', label) === wanted;
    });

const revisions: Route[] = ['', '/{name}'].map((tail) => ({
  service: 'run',
  method: 'GET',
  path: `/apis/serving.knative.dev/v1/namespaces/{project}/revisions${tail}`,
  handle: (call: Call) =>
    tail === ''
      ? {
          metadata: {},
          items: call.state
            .list(folder(call, 'revisions'))
            .filter(matching(call.query.get('labelSelector')))
            .reverse(),
        }
      : call.state.get(`${folder(call, 'revisions')}/${call.at['name']}`),
}));

/** A worker pool as the second version of the API has it: its name, which is all that gcloud looks at when it removes one. */
const pools: Route[] = (['GET', 'DELETE'] as const).map((method) => ({
  service: 'run',
  method,
  path: '/v2/projects/{project}/locations/{region}/workerPools/{name}',
  handle: (call: Call) => {
    const name = call.path.replace('/v2/', '');
    call.state.get(`${folder(call, 'workerpools')}/${call.at['name']}`);
    if (method === 'GET') return { name };
    remove('workerpools', call);
    return done(call.state, name.replace(/\/workerPools\/.*/, ''), {});
  },
}));

/** Cloud Run: jobs, services with their revisions, and worker pools. */
export const runRoutes: Route[] = [
  ...runRoutesOf('jobs'),
  ...runRoutesOf('services'),
  ...runRoutesOf('workerpools'),
  ...revisions,
  ...pools,
  {
    service: 'run',
    method: 'GET',
    path: '/v1/projects/{project}/locations',
    handle: ({ state, at }) => {
      state.checkProject(at['project']);
      return {
        locations: REGIONS.map((locationId) => ({
          name: `projects/${state.project}/locations/${locationId}`,
          locationId,
        })),
      };
    },
  },
];
