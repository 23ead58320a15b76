import { instanceOf } from './google-run-checks.ts';
import { folder, matching, regionOf } from './google-run.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  invalid,
  many,
  part,
  text,
} from './google-state.ts';

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

/** Cloud Run's executions: a job that was started, its end and its list. */
export const executionRoutes: Route[] = [
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
