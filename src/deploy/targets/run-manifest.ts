import type { EnvironmentSettings } from '../environments.ts';

const API_VERSIONS = {
  Job: 'run.googleapis.com/v1',
  Service: 'serving.knative.dev/v1',
  WorkerPool: 'run.googleapis.com/v1',
} as const;
/** What Cloud Run keeps, as its manifests name it. */
export type ManifestKind = keyof typeof API_VERSIONS;

type Words = Readonly<Record<string, string>>;

/** A manifest as gcloud's `replace` takes it. `Instance` is what one execution or instance runs, `Rest` what stands beside that. */
export interface RunManifest<Kind extends ManifestKind, Instance, Rest = unknown> {
  readonly apiVersion: (typeof API_VERSIONS)[Kind];
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly labels: Words; readonly annotations?: Words };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Words; readonly annotations?: Words };
      readonly spec: Instance;
    };
  } & Rest;
}

/** What an instance of a service runs: one container, which is asked by HTTP. */
export interface ServiceInstance<Container> {
  readonly serviceAccountName: string;
  readonly containerConcurrency: number;
  readonly timeoutSeconds: number;
  readonly containers: readonly [
    Container & { readonly ports: readonly { readonly name: string; readonly containerPort: number }[] },
  ];
}

/** What is one's own in such a manifest. */
export interface ManifestParts<Instance, Rest> {
  readonly name: string;
  readonly labels: Words;
  /** Of the whole. */
  readonly annotations?: Words;
  /** Of each revision. */
  readonly revision?: Words;
  readonly instance: Instance;
  /** Beside the template. */
  readonly rest?: Rest;
}

/** Puts a manifest together. The region stands in a label, where gcloud looks for it: not every `replace` takes one as an argument. */
export function runManifest<Kind extends ManifestKind, Instance, Rest = unknown>(
  kind: Kind,
  { region }: Pick<EnvironmentSettings, 'region'>,
  { name, labels, annotations, revision, instance, rest }: ManifestParts<Instance, Rest>,
): RunManifest<Kind, Instance, Rest> {
  const template = {
    metadata: { labels, ...(revision === undefined ? {} : { annotations: revision }) },
    spec: instance,
  };
  return {
    apiVersion: API_VERSIONS[kind],
    kind,
    metadata: {
      name,
      labels: { ...labels, 'cloud.googleapis.com/location': region },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: { template, ...(rest as Rest) },
  };
}
