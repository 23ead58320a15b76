import { policyRoutes } from './google-iam.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  etagOf,
  invalid,
  masked,
  part,
  Refusal,
  text,
} from './google-state.ts';

const MAX_PAYLOAD = 65_536;
const SECRETS = '/v1/projects/{project}/secrets';
const secretKey = ({ state, at }: Call): string => {
  state.checkProject(at['project']);
  const key = `secretmanager:projects/${state.number}/secrets/${at['secret']}`;
  if (!state.things.has(key))
    throw new Refusal(
      404,
      'NOT_FOUND',
      `Secret [projects/${state.number}/secrets/${at['secret']}] not found.`,
    );
  return key;
};

/** The version that a number or `latest` means. @throws Refusal where there is none */
export function versionOf(state: GoogleState, secret: string, version: string): Thing {
  const name = `projects/${state.number}/secrets/${secret}`;
  state.get(`secretmanager:${name}`);
  const all = state.list(`secretmanager:${name}/versions`);
  const found =
    version === 'latest' ? all.at(-1) : all.find((one) => one['name'] === `${name}/versions/${version}`);
  if (!found) throw new Refusal(404, 'NOT_FOUND', `Secret Version [${name}/versions/${version}] not found.`);
  return found;
}

function create({ state, at, query, body }: Call): Thing {
  state.checkProject(at['project']);
  const id = query.get('secretId') ?? '';
  if (!/^[\w-]{1,255}$/.test(id))
    throw invalid(`The secret ID ${id} is not letters, digits, dashes and underscores.`);
  if (Object.keys(part(body, 'replication')).length === 0) throw invalid('Replication is required.');
  checkLabels(body);
  const name = `projects/${state.number}/secrets/${id}`;
  const secret = { ...body, name, createTime: new Date().toISOString() };
  return state.add(`secretmanager:${name}`, { ...secret, etag: etagOf(secret) });
}

/** @throws Refusal for a label that Google Cloud does not take */
export function checkLabels(thing: Thing): void {
  for (const [key, label] of Object.entries(part(thing, 'labels')))
    if (key.includes('.googleapis.com/'))
      continue; // Google's own
    else if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(String(label)))
      throw invalid(
        `The label ${key}: ${String(label)} is not lower-case letters, digits, dashes and underscores.`,
      );
}

function addVersion(call: Call): Thing {
  const { state, body } = call;
  const secret = text(state.get(secretKey(call)), 'name');
  const data = Buffer.from(text(body, 'payload', 'data'), 'base64');
  if (data.length === 0) throw invalid('Secret Payload cannot be empty.');
  if (data.length > MAX_PAYLOAD) throw invalid('Secret Payload is larger than 65536 bytes.');
  const sum = text(body, 'payload', 'dataCrc32c');
  if (sum !== '' && sum !== String(crc32c(data))) throw invalid('The checksum of the payload is wrong.');
  const name = `${secret}/versions/${state.list(`secretmanager:${secret}/versions`).length + 1}`;
  state.payloads.set(`secretmanager:${name}`, data.toString('base64'));
  const version = { name, createTime: new Date().toISOString(), state: 'ENABLED' };
  return state.add(`secretmanager:${name}`, {
    ...version,
    etag: etagOf(version),
    clientSpecifiedPayloadChecksum: sum !== '',
  });
}

function access({ state, at }: Call): Thing {
  state.checkProject(at['project']);
  const version = versionOf(state, at['secret'] ?? '', at['version'] ?? '');
  const name = text(version, 'name');
  if (version['state'] !== 'ENABLED')
    throw new Refusal(
      400,
      'FAILED_PRECONDITION',
      `Secret Version [${name}] is in ${text(version, 'state')} state.`,
    );
  const data = state.payloads.get(`secretmanager:${name}`) ?? '';
  return { name, payload: { data, dataCrc32c: String(crc32c(Buffer.from(data, 'base64'))) } };
}

const change = (verb: string, to: string): Route => ({
  service: 'secretmanager',
  method: 'POST',
  path: `${SECRETS}/{secret}/versions/{version}:${verb}`,
  handle: ({ state, at }) => {
    const version = versionOf(state, at['secret'] ?? '', at['version'] ?? '');
    if (version['state'] === 'DESTROYED')
      throw new Refusal(400, 'FAILED_PRECONDITION', 'The version was destroyed.');
    version['state'] = to;
    if (to === 'DESTROYED') state.payloads.delete(`secretmanager:${text(version, 'name')}`);
    return version;
  },
});
const route = (method: string, path: string, handle: Route['handle']): Route => ({
  service: 'secretmanager',
  method,
  path: SECRETS + path,
  handle,
});

/** Secret Manager: secrets, versions, payloads with checksums, policies. */
export const secretRoutes: Route[] = [
  route('POST', '', create),
  route('GET', '', ({ state }) => ({
    secrets: state.list(`secretmanager:projects/${state.number}/secrets`),
  })),
  route('GET', '/{secret}', (call) => call.state.get(secretKey(call))),
  route('PATCH', '/{secret}', (call) => {
    checkLabels(call.body);
    const after = masked(call.state.get(secretKey(call)), call.body, call.query.get('updateMask'));
    return call.state.replace(secretKey(call), after, call.body['etag']);
  }),
  route('DELETE', '/{secret}', (call) => {
    call.state.remove(secretKey(call));
    return {};
  }),
  route('POST', '/{secret}:addVersion', addVersion),
  route('GET', '/{secret}/versions', (call) => ({
    versions: call.state.list(`${secretKey(call)}/versions`).reverse(),
  })),
  route('GET', '/{secret}/versions/{version}', ({ state, at }) =>
    versionOf(state, at['secret'] ?? '', at['version'] ?? ''),
  ),
  route('GET', '/{secret}/versions/{version}:access', access),
  change('enable', 'ENABLED'),
  change('disable', 'DISABLED'),
  change('destroy', 'DESTROYED'),
  ...policyRoutes('secretmanager', `${SECRETS}/{secret}`, secretKey),
];

/** CRC-32C (Castagnoli), which Secret Manager's checksums are. */
export function crc32c(data: Uint8Array): number {
  let sum = ~0;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  }
  return ~sum >>> 0;
}
