import { createHash } from 'node:crypto';

/** A JSON object as Google sends and takes it. */
export type Thing = Record<string, unknown>;

/** An answer that is an error, in the shape of Google's APIs. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: readonly Thing[];
  constructor(status: number, reason: string, message: string, details: readonly Thing[] = []) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
  /** The body that Google's APIs put it in. */
  body(): Thing {
    const { status: code, reason: status, message, details } = this;
    return { error: { code, status, message, ...(details.length > 0 && { details }) } };
  }
}
export const invalid = (message: string) => new Refusal(400, 'INVALID_ARGUMENT', message);
export const notFound = (what: string) => new Refusal(404, 'NOT_FOUND', `${what} was not found`);
export const exists = (what: string) => new Refusal(409, 'ALREADY_EXISTS', `${what} already exists`);

/** One call of an API. */
export interface Call {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** What stood in the places of a route's pattern. */
  readonly at: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Thing;
  readonly state: GoogleState;
}

/** One method of an API: `path` as in its reference, `{name}` for one part and `{name=**}` for the rest. */
export interface Route {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  handle(call: Call): unknown;
}

const DEFAULT_SERVICES = ['logging', 'monitoring', 'storage', 'serviceusage', 'cloudresourcemanager'];
/** Regions of Cloud Run and its neighbours that there are here. */
export const REGIONS = [
  'us-central1',
  'us-east1',
  'europe-west1',
  'europe-west3',
  'asia-south1',
  'me-central1',
];

/** Everything that is there: resources under `<service>:<full name>`, and the policies that hang on them. */
export class GoogleState {
  readonly project = 'openhours-test';
  readonly number = '123456789012';
  /** Permissions that the operator does not have. */
  readonly lacking = new Set<string>();
  readonly enabled = new Set(DEFAULT_SERVICES.map((name) => `${name}.googleapis.com`));
  readonly things = new Map<string, Thing>();
  readonly policies = new Map<string, Thing>();
  /** What secrets hold: by the full name of a version. */
  readonly payloads = new Map<string, string>();
  readonly #log: Thing[] = [];
  #count = 0;

  /** A number that no call before got. */
  next(): number {
    return ++this.#count;
  }
  find(key: string): Thing | undefined {
    return this.things.get(key);
  }
  get(key: string): Thing {
    const found = this.things.get(key);
    if (!found) throw notFound(nameIn(key));
    return found;
  }
  add(key: string, thing: Thing): Thing {
    if (this.things.has(key)) throw exists(nameIn(key));
    this.things.set(key, thing);
    return thing;
  }
  /** Takes the new state of what is there; an `etag` that is not today's is refused. */
  replace(key: string, thing: Thing, etag?: unknown): Thing {
    const before = this.get(key);
    if (etag !== undefined && etag !== before['etag'])
      throw new Refusal(409, 'ABORTED', `The etag of ${nameIn(key)} is not the current one`);
    this.things.set(key, thing);
    return thing;
  }
  /** Takes it away with everything under it. */
  remove(key: string): Thing {
    const gone = this.get(key);
    for (const map of [this.things, this.policies, this.payloads])
      for (const name of [...map.keys()]) if (name === key || name.startsWith(`${key}/`)) map.delete(name);
    return gone;
  }
  /** What is directly in a collection such as `run:projects/p/locations/l/jobs`. */
  list(collection: string): Thing[] {
    return [...this.things]
      .filter(([key]) => key.startsWith(`${collection}/`) && !key.slice(collection.length + 1).includes('/'))
      .map(([, thing]) => thing);
  }
  /** Lines for Cloud Logging. */
  log(entry: Thing): void {
    this.#log.push(entry);
  }
  logged(): readonly Thing[] {
    return this.#log;
  }
  /** @throws Refusal for another project than the one there is */
  checkProject(project: string | undefined): void {
    if (project !== this.project && project !== this.number)
      throw new Refusal(
        403,
        'PERMISSION_DENIED',
        `Permission denied on resource project ${project}. It may not exist.`,
      );
  }
  /** @throws Refusal for a region that does not exist */
  checkRegion(region: string | undefined): void {
    if (!REGIONS.includes(region ?? ''))
      throw new Refusal(
        403,
        'PERMISSION_DENIED',
        `Location ${region} is not found or access is unauthorized.`,
      );
  }
  /** @throws Refusal where the API is off in the project */
  checkEnabled(service: string): void {
    const name = `${service}.googleapis.com`;
    if (this.enabled.has(name)) return;
    throw new Refusal(
      403,
      'PERMISSION_DENIED',
      `${name} has not been used in project ${this.number} before or it is disabled. Enable it and retry.`,
      [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'SERVICE_DISABLED',
          domain: 'googleapis.com',
          metadata: { service: name, consumer: `projects/${this.number}` },
        },
      ],
    );
  }
}

const nameIn = (key: string) => key.slice(key.indexOf(':') + 1);

/** What stands at a path of keys, such as `part(job, 'spec', 'template')`; an empty object where nothing does. */
export function part(thing: unknown, ...keys: readonly (string | number)[]): Thing {
  const found = value(thing, ...keys);
  return found !== null && typeof found === 'object' ? (found as Thing) : {};
}
/** Any value at a path of keys. */
export const value = (thing: unknown, ...keys: readonly (string | number)[]): unknown =>
  keys.reduce<unknown>((at, key) => (at as Thing | null | undefined)?.[key as string], thing);
/** A list of objects at a path of keys; empty where there is none. */
export const many = (thing: unknown, ...keys: readonly (string | number)[]): Thing[] => {
  const found = value(thing, ...keys);
  return Array.isArray(found) ? (found as Thing[]) : [];
};
/** A text at a path of keys; empty where there is none. */
export const text = (thing: unknown, ...keys: readonly (string | number)[]): string => {
  const found = value(thing, ...keys);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
};
/** A mark that changes with the content. */
export const etagOf = (thing: unknown): string =>
  createHash('sha256').update(JSON.stringify(thing)).digest('base64url').slice(0, 12);
/** An operation that is over. */
export const done = (state: GoogleState, parent: string, response: Thing, type = ''): Thing => ({
  name: `${parent}/operations/op-${state.next()}`,
  done: true,
  response: { ...(type !== '' && { '@type': `type.googleapis.com/${type}` }), ...response },
});
/** The parts of a resource that `updateMask` names, over what was there; without a mask, the whole body. */
export function masked(before: Thing, body: Thing, mask: string | null): Thing {
  if (!mask) return { ...before, ...body };
  const after = structuredClone(before);
  for (const field of mask.split(',')) {
    const keys = field
      .split('.')
      .map((key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
    const last = keys.pop() ?? '';
    let at = after;
    for (const key of keys) at = (at[key] ??= {}) as Thing;
    const wanted = value(body, ...keys, last);
    if (wanted === undefined) delete at[last];
    else at[last] = wanted;
  }
  return after;
}
