import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  etagOf,
  invalid,
  many,
  masked,
  part,
  Refusal,
  text,
} from './google-state.ts';

const EMAIL_DOMAIN = (project: string) => `${project}.iam.gserviceaccount.com`;

/** The policy of one resource, with the mark that a writer has to bring along. */
export const policyOf = (state: GoogleState, key: string): Thing => {
  const policy = state.policies.get(key) ?? { version: 1, bindings: [] };
  return { ...policy, etag: etagOf(policy) };
};

/** Whether a member has a role on a resource, or on the whole project. */
export const hasRole = (state: GoogleState, key: string, role: string, member: string): boolean =>
  [key, `cloudresourcemanager:projects/${state.project}`].some((place) =>
    many(policyOf(state, place), 'bindings').some(
      (binding) => binding['role'] === role && (binding['members'] as string[] | undefined)?.includes(member),
    ),
  );

/** The key of a service account by its address. @throws Refusal where there is none */
export function accountKey(state: GoogleState, email: string): string {
  const key = `iam:projects/${state.project}/serviceAccounts/${email}`;
  if (!state.things.has(key)) throw new Refusal(404, 'NOT_FOUND', `Service account ${email} does not exist.`);
  return key;
}

function checkMember(state: GoogleState, member: string): void {
  if (member === 'allUsers' || member === 'allAuthenticatedUsers') return;
  const [kind, address = ''] = [member.slice(0, member.indexOf(':')), member.slice(member.indexOf(':') + 1)];
  if (!['serviceAccount', 'user', 'group', 'principalSet', 'principal'].includes(kind))
    throw invalid(`Invalid member: ${member}`);
  if (kind !== 'serviceAccount') return;
  const ours = address.endsWith(`@${EMAIL_DOMAIN(state.project)}`);
  if (ours && !state.things.has(`iam:projects/${state.project}/serviceAccounts/${address}`))
    throw invalid(`Service account ${address} does not exist.`);
}

/** Replaces a resource's policy as Google does: an old etag, an unknown member or an empty role are refused. */
export function setPolicy(state: GoogleState, key: string, body: Thing): Thing {
  const policy = part(body, 'policy');
  const etag = text(policy, 'etag');
  if (etag !== '' && etag !== policyOf(state, key)['etag'])
    throw new Refusal(
      409,
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write.',
    );
  const bindings = many(policy, 'bindings').filter((binding) => many(binding, 'members').length > 0);
  for (const binding of bindings) {
    if (!/^(roles|projects\/[^/]+\/roles)\/[\w.]+$/.test(text(binding, 'role')))
      throw invalid(`Role ${text(binding, 'role')} is not supported for this resource.`);
    for (const member of binding['members'] as string[]) checkMember(state, member);
  }
  state.policies.set(key, { version: 1, bindings });
  return policyOf(state, key);
}

/** `:getIamPolicy`, `:setIamPolicy` and `:testIamPermissions` of a kind of resource. */
export const policyRoutes = (service: string, path: string, key: (call: Call) => string): Route[] => [
  ...['GET', 'POST'].map((method) => ({
    service,
    method,
    path: `${path}:getIamPolicy`,
    handle: (call: Call) => policyOf(call.state, key(call)),
  })),
  {
    service,
    method: 'POST',
    path: `${path}:setIamPolicy`,
    handle: (call) => setPolicy(call.state, key(call), call.body),
  },
  {
    service,
    method: 'POST',
    path: `${path}:testIamPermissions`,
    handle: ({ state, body }) => ({
      permissions: ((body['permissions'] as string[] | undefined) ?? []).filter(
        (permission) => !state.lacking.has(permission),
      ),
    }),
  },
];

const account = ({ state, at }: Call) => {
  state.checkProject(at['project'] === '-' ? state.project : at['project']);
  return accountKey(state, at['email'] ?? '');
};
const ACCOUNTS = '/v1/projects/{project}/serviceAccounts';

function createAccount({ state, at, body }: Call): Thing {
  state.checkProject(at['project']);
  const id = text(body, 'accountId');
  if (!/^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/.test(id))
    throw invalid(`Account ID ${id} must be 6 to 30 lower-case letters, digits and dashes.`);
  const email = `${id}@${EMAIL_DOMAIN(state.project)}`;
  const name = `projects/${state.project}/serviceAccounts/${email}`;
  const uniqueId = String(100000000000000000000n + BigInt(state.next()));
  return state.add(`iam:${name}`, {
    ...part(body, 'serviceAccount'),
    name,
    email,
    projectId: state.project,
    uniqueId,
    oauth2ClientId: uniqueId,
  });
}

/** Service accounts and their policies. */
export const iamRoutes: Route[] = [
  { service: 'iam', method: 'POST', path: ACCOUNTS, handle: createAccount },
  {
    service: 'iam',
    method: 'GET',
    path: ACCOUNTS,
    handle: ({ state }) => ({ accounts: state.list(`iam:projects/${state.project}/serviceAccounts`) }),
  },
  {
    service: 'iam',
    method: 'GET',
    path: `${ACCOUNTS}/{email}`,
    handle: (call) => call.state.get(account(call)),
  },
  {
    service: 'iam',
    method: 'PATCH',
    path: `${ACCOUNTS}/{email}`,
    handle: (call) => {
      const key = account(call);
      const { serviceAccount, updateMask } = call.body;
      return call.state.replace(
        key,
        masked(call.state.get(key), serviceAccount as Thing, text({ updateMask }, 'updateMask') || null),
      );
    },
  },
  {
    service: 'iam',
    method: 'DELETE',
    path: `${ACCOUNTS}/{email}`,
    handle: (call) => {
      call.state.remove(account(call));
      return {};
    },
  },
  ...policyRoutes('iam', `${ACCOUNTS}/{email}`, account),
];
