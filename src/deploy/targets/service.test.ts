import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { anySettings, makeFacts, makeSettings } from '../../../test/support/deploy-settings.ts';
import { isOpenhoursError } from '../../errors.ts';
import type { Gcloud } from '../gcloud.ts';
import { TARGETS, targetResources, targetYaml } from '../target.ts';
import { renderService } from './service.ts';
import { renderWorkerPool } from './worker-pool.ts';

const SETTINGS = makeSettings();
const FACTS = makeFacts();

/** A cloud in which there is one thing, or nothing. */
function cloud(there?: unknown): Gcloud & { asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  const find = async (args: readonly string[]) => {
    asked.push(args);
    return structuredClone(there);
  };
  return { asked, find, read: find, change: async () => undefined };
}

const only = <T>([one, ...rest]: readonly T[]): T => {
  if (one === undefined || rest.length > 0) throw new Error('not exactly one');
  return one;
};

test('a service runs all the time with its CPU, and nobody from outside reaches it', () => {
  const { metadata, spec } = renderService(SETTINGS, FACTS);
  expect(metadata.annotations).toEqual({ 'run.googleapis.com/ingress': 'internal' });
  expect(spec.template.metadata.annotations).toEqual({
    'autoscaling.knative.dev/minScale': '1',
    'autoscaling.knative.dev/maxScale': '4',
    'run.googleapis.com/cpu-throttling': 'false',
    'run.googleapis.com/execution-environment': 'gen2',
    'run.googleapis.com/startup-cpu-boost': 'true',
  });
  const container = only(spec.template.spec.containers);
  expect(container.startupProbe.httpGet).toEqual({ path: '/health', port: 8080 });
  expect(container.livenessProbe.httpGet).toEqual({ path: '/health', port: 8080 });
  expect(container.ports).toEqual([{ name: 'http1', containerPort: 8080 }]);
  // Cloud Run sets it itself, and refuses a service that does.
  expect(container.env.map(({ name }) => name)).not.toContain('PORT');
  expect(container.env).toContainEqual({ name: 'SHIFT_EARLY', value: 'true' });
  expect(container.env).toContainEqual({ name: 'SEAT_WAIT', value: 'true' });
  expect(container.env.map(({ name }) => name)).not.toContain('TASK_TIMEOUT_S');
});

test('a worker pool has the number of instances that the settings say', () => {
  const { metadata, spec } = renderWorkerPool(
    makeSettings({ scaling: { minInstances: 3, maxInstances: 5 } }),
    FACTS,
  );
  expect(metadata.annotations).toEqual({
    'run.googleapis.com/scalingMode': 'manual',
    'run.googleapis.com/manualInstanceCount': '3',
  });
  expect(metadata.labels['cloud.googleapis.com/location']).toBe('europe-west3');
  const container = only(spec.template.spec.containers);
  expect(container).not.toHaveProperty('ports');
  expect(container.env).toContainEqual({ name: 'PORT', value: '8080' });
  expect(container.env).toContainEqual({
    name: 'LIVEKIT_API_SECRET',
    valueFrom: { secretKeyRef: { name: 'openhours-prod-livekit-api-secret', key: '3' } },
  });
});

test('what the settings say of a variable stands above what the target would', () => {
  const worker = { ...SETTINGS.worker, variables: { SEAT_WAIT: 'false', LOG_LEVEL: 'debug' } };
  const { env } = only(renderWorkerPool(makeSettings({ worker }), FACTS).spec.template.spec.containers);
  expect(env.filter(({ name }) => name === 'SEAT_WAIT')).toEqual([{ name: 'SEAT_WAIT', value: 'false' }]);
});

test.each([
  ['service', /service without an instance answers no call/],
  ['worker-pool', /worker pool without an instance answers no call/],
] as const)('a %s without instances is refused, with what to do', (target, message) => {
  const settings = makeSettings({ scaling: { minInstances: 0, maxInstances: 2 } });
  try {
    targetResources(target, settings, FACTS);
    expect.unreachable();
  } catch (error) {
    expect(isOpenhoursError(error, 'DEPLOY_INVALID') && error.message).toMatch(message);
    expect(String(error)).toContain('prod.scaling.min_instances');
  }
});

describe('what is done with it', () => {
  const resource = only(targetResources('worker-pool', SETTINGS, FACTS));

  test('it is made where it is not there', async () => {
    const gcloud = cloud();
    const state = await resource.read(gcloud);
    expect(state).toEqual({ is: 'absent' });
    expect(gcloud.asked).toEqual([
      ['beta', 'run', 'worker-pools', 'describe', 'openhours-worker-prod', '--region=europe-west3'],
    ]);
    const { args, input } = only(resource.commands(state));
    expect(args).toEqual(['beta', 'run', 'worker-pools', 'replace', '-']);
    expect(parse(input ?? '')).toEqual(renderWorkerPool(SETTINGS, FACTS));
  });

  test('it is left alone when it is as it should be, whatever Google has added', async () => {
    const there = structuredClone(renderWorkerPool(SETTINGS, FACTS)) as unknown as {
      metadata: Record<string, unknown>;
      status: unknown;
    };
    Object.assign(there.metadata, { uid: 'invented', generation: 3 });
    there.status = { conditions: [] };
    const state = await resource.read(cloud(there));
    expect(state).toEqual({ is: 'same' });
    expect(resource.commands(state)).toEqual([]);
  });

  test('what differs is said in plain words', async () => {
    const other = renderWorkerPool(
      makeSettings({
        worker: { ...SETTINGS.worker, memory: '2Gi', maxCalls: 2, variables: { LOG_LEVEL: 'debug' } },
      }),
      makeFacts({ secretVersions: { LIVEKIT_API_SECRET: '2' }, image: 'an/image:old' }),
    );
    expect(await resource.read(cloud(other))).toEqual({
      is: 'different',
      changes: [
        `worker image an/image:old → ${FACTS.image}`,
        'worker MAX_CALLS 2 → 4',
        'LIVEKIT_API_SECRET key 2 → 3',
        'worker LOG_LEVEL goes',
        'limits memory 2Gi → 4Gi',
      ],
    });
  });

  test('it can be taken away', () => {
    expect(resource.removal().map(({ args }) => args)).toEqual([
      ['beta', 'run', 'worker-pools', 'delete', 'openhours-worker-prod', '--region=europe-west3'],
    ]);
  });
});

test('of any size a target is the same when it is rendered again, tells no secret, and follows no moving tag', () => {
  fc.assert(
    fc.property(anySettings, fc.constantFrom(...TARGETS), (settings, target) => {
      const resources = targetResources(target, settings, FACTS);
      const commands = resources.flatMap((resource) => resource.commands({ is: 'absent' }));
      const text = commands.map(({ args, input = '' }) => `${args.join(' ')}\n${input}`).join('\n');
      const all = `${text}\n${targetYaml(target, settings, FACTS) ?? ''}`;
      expect(all).not.toMatch(/latest(?!Revision)|allUsers|allAuthenticatedUsers|roles\/(owner|editor)/);
      expect(all).toContain(`name: MAX_CALLS`);
      expect(
        targetResources(target, settings, FACTS).flatMap((one) => one.commands({ is: 'absent' })),
      ).toEqual(commands);
    }),
    { numRuns: 60 },
  );
});
