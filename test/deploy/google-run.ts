import { policyRoutes } from './google-iam.ts';
import { checkManifest, instanceOf, type RunKind } from './google-run-checks.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  etagOf,
  invalid,
  many,
  part,
  Refusal,
  text,
} from './google-state.ts';

const GROUPS: Readonly<Record<RunKind, string>> = {
  jobs: 'run.googleapis.com',
  services: 'serving.knative.dev',
  workerpools: 'run.googleapis.com',
};

/** `us-central1` of `us-central1-run.emu.test`. */
const regionOf = ({ host, at, state }: Call): string => {
  const region = at['region'] ?? host.replace(/-?run\.emu\.test$/, '');
  state.checkRegion(region);
  return region;
};
const folder = (call: Call, kind: string) => {
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
  return {
    ...manifest,
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
        traffic: [{ revisionName: revision, percent: 100 }],
      }),
      ...(kind !== 'jobs' && { latestCreatedRevisionName: revision, latestReadyRevisionName: revision }),
    },
  };
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
      const execution = call.state.list(folder(call, 'executions')).filter(ofJob(call.at['name'] ?? ''));
      call.state.remove(key(call));
      if (kind === 'jobs')
        for (const one of execution)
          call.state.remove(`${folder(call, 'executions')}/${text(one, 'metadata', 'name')}`);
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
const matching = (selector: string | null) => (thing: Thing) =>
  (selector ?? '')
    .split(',')
    .filter((rule) => rule.includes('='))
    .every((rule) => {
      const [label = '', wanted] = rule.split(/\s*=\s*/);
      return text(thing, 'metadata', 'labels', label) === wanted;
    });
const ofJob = (job: string) => matching(`run.googleapis.com/job=${job}`);

/** Starts a job as `:run` does: an execution that is under way, until {@link endExecution}. */
export function startExecution(
  state: GoogleState,
  region: string,
  job: string,
  overrides: Thing = {},
): Thing {
  const place = `run:projects/${state.project}/locations/${region}`;
  const there = state.get(`${place}/jobs/${job}`);
  const name = `${job}-${state.next().toString(36).padStart(5, 'x')}`;
  const status = part(there, 'status');
  status['executionCount'] = Number(text(status, 'executionCount')) + 1;
  status['latestCreatedExecution'] = { name, creationTimestamp: new Date().toISOString() };
  const spec = structuredClone(part(there, 'spec', 'template', 'spec'));
  for (const override of many(overrides, 'containerOverrides')) {
    const container = many(instanceOf('jobs', { spec: { template: { spec } } }), 'containers')[0] ?? {};
    if (override['args']) container['args'] = override['args'];
    container['env'] = [...many(container, 'env'), ...many(override, 'env')];
  }
  return state.add(`${place}/executions/${name}`, {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'Execution',
    metadata: {
      name,
      namespace: state.number,
      generation: 1,
      creationTimestamp: new Date().toISOString(),
      labels: { 'run.googleapis.com/job': job, 'cloud.googleapis.com/location': region },
    },
    spec,
    status: {
      observedGeneration: 1,
      runningCount: 1,
      startTime: new Date().toISOString(),
      conditions: [
        { type: 'Started', status: 'True' },
        { type: 'Completed', status: 'Unknown', reason: 'Running' },
      ],
    },
  });
}

/** Ends an execution: well, badly, or by order. */
export function endExecution(execution: Thing, how: 'Succeeded' | 'NonZeroExitCode' | 'Cancelled'): Thing {
  execution['status'] = {
    ...part(execution, 'status'),
    runningCount: 0,
    completionTime: new Date().toISOString(),
    ...(how === 'Succeeded' && { succeededCount: 1 }),
    ...(how === 'Cancelled' && { cancelledCount: 1 }),
    ...(how === 'NonZeroExitCode' && { failedCount: 1 }),
    conditions: [
      {
        type: 'Completed',
        status: how === 'Succeeded' ? 'True' : 'False',
        ...(how !== 'Succeeded' && { reason: how, message: how }),
      },
    ],
  };
  return execution;
}

const RUN = '/apis/run.googleapis.com/v1/namespaces/{project}';
const executionKey = (call: Call) => `${folder(call, 'executions')}/${call.at['name'] ?? ''}`;

/** Cloud Run: jobs with their executions, services and worker pools. */
export const runRoutes: Route[] = [
  ...runRoutesOf('jobs'),
  ...runRoutesOf('services'),
  ...runRoutesOf('workerpools'),
  {
    service: 'run',
    method: 'POST',
    path: `${RUN}/jobs/{name}:run`,
    handle: (call) => {
      folder(call, 'jobs');
      return startExecution(call.state, regionOf(call), call.at['name'] ?? '', part(call.body, 'overrides'));
    },
  },
  {
    service: 'run',
    method: 'GET',
    path: `${RUN}/executions`,
    handle: (call) => ({
      metadata: {},
      items: call.state
        .list(folder(call, 'executions'))
        .filter(matching(call.query.get('labelSelector')))
        .reverse(),
    }),
  },
  {
    service: 'run',
    method: 'GET',
    path: `${RUN}/executions/{name}`,
    handle: (call) => call.state.get(executionKey(call)),
  },
  {
    service: 'run',
    method: 'DELETE',
    path: `${RUN}/executions/{name}`,
    handle: (call) => {
      call.state.remove(executionKey(call));
      return { kind: 'Status', status: 'Success' };
    },
  },
  {
    service: 'run',
    method: 'POST',
    path: `${RUN}/executions/{name}:cancel`,
    handle: (call) => {
      const execution = call.state.get(executionKey(call));
      if (Number(text(execution, 'status', 'runningCount')) === 0)
        throw invalid('The execution is over and cannot be cancelled.');
      return endExecution(execution, 'Cancelled');
    },
  },
];
