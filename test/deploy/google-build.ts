import { policyRoutes } from './google-iam.ts';
import { checkLabels } from './google-secrets.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  done,
  etagOf,
  exists,
  invalid,
  many,
  masked,
  notFound,
  part,
  Refusal,
  text,
} from './google-state.ts';

const REPOSITORIES = '/v1/projects/{project}/locations/{region}/repositories';
const registry = (method: string, tail: string, handle: Route['handle']): Route => ({
  service: 'artifactregistry',
  method,
  path: REPOSITORIES + tail,
  handle,
});
const folder = ({ state, at }: Call) => {
  state.checkProject(at['project']);
  state.checkRegion(at['region']);
  return `projects/${state.project}/locations/${at['region']}/repositories`;
};
const repositoryKey = (call: Call) => `artifactregistry:${folder(call)}/${call.at['repository']}`;

function createRepository(call: Call): Thing {
  const id = call.query.get('repositoryId') ?? '';
  if (!/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) throw invalid(`The repository ID ${id} is invalid.`);
  checkLabels(call.body);
  const name = `${folder(call)}/${id}`;
  const repository = call.state.add(`artifactregistry:${name}`, {
    ...call.body,
    name,
    createTime: new Date().toISOString(),
  });
  return done(
    call.state,
    folder(call).replace('/repositories', ''),
    repository,
    'google.devtools.artifactregistry.v1.Repository',
  );
}

/** Puts an image into its repository, as a push does. @throws Refusal where the repository is missing */
export function pushImage(state: GoogleState, image: string): Thing {
  const [, region, project, repository, name, tag] =
    /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([^:@]+):([\w.-]+)$/.exec(image) ?? [];
  if (!tag) throw invalid(`${image} is no image of Artifact Registry with a tag`);
  const key = `artifactregistry:projects/${project}/locations/${region}/repositories/${repository}`;
  state.get(key);
  const digest = `sha256:${Buffer.from(etagOf(image)).toString('hex').padEnd(64, '0').slice(0, 64)}`;
  for (const other of state.list(`${key}/dockerImages`))
    if (text(other, 'uri').includes(`/${name}@`))
      other['tags'] = (other['tags'] as string[]).filter((one) => one !== tag);
  const path = `${key}/dockerImages/${name}@${digest}`;
  const there = state.find(path) ?? {
    name: path.slice('artifactregistry:'.length),
    uri: `${region}-docker.pkg.dev/${project}/${repository}/${name}@${digest}`,
    tags: [],
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    uploadTime: new Date().toISOString(),
    updateTime: new Date().toISOString(),
  };
  (there['tags'] as string[]).push(tag);
  state.things.set(path, there);
  return there;
}

/** `$_IMAGE` and `${_IMAGE}` as the build's substitutions have them. @throws Refusal for one that is not among them */
const substituted = (name: string, values: Thing): string =>
  name.replace(/\$\{?(_[A-Z0-9_]+)\}?/g, (_, key: string) => {
    if (typeof values[key] !== 'string')
      throw invalid(`key in the template "${key}" is not matched in the substitution data`);
    return values[key];
  });

/** The images of one name, as versions of a package. @throws Refusal where there never was one */
function versionsOf(call: Call): Thing[] {
  const name = call.at['name'] ?? '';
  const parent = `${text(call.state.get(repositoryKey(call)), 'name')}/packages/${name}`;
  const images = call.state
    .list(`${repositoryKey(call)}/dockerImages`)
    .filter((one) => text(one, 'uri').includes(`/${name}@`));
  if (images.length === 0) throw notFound(`The package ${name}`);
  return images.map((one) => ({
    name: `${parent}/versions/${text(one, 'uri').split('@')[1]}`,
    createTime: one['uploadTime'],
    updateTime: one['updateTime'],
    metadata: { imageSizeBytes: '1', mediaType: one['mediaType'], name: one['name'] },
    relatedTags: (one['tags'] as string[]).map((tag) => ({ name: `${parent}/tags/${tag}` })),
  }));
}
const tagsOf = (version: Thing): string[] => many(version, 'relatedTags').map((tag) => text(tag, 'name'));

function build({ state, at, body }: Call): Thing {
  state.checkProject(at['project']);
  if (at['region'] && at['region'] !== 'global') state.checkRegion(at['region']);
  const bucket = text(body, 'source', 'storageSource', 'bucket');
  const object = text(body, 'source', 'storageSource', 'object');
  if (bucket !== '' && !state.things.has(`storage:b/${bucket}/o/${object}`))
    throw notFound(`The source gs://${bucket}/${object}`);
  const images = ((body['images'] ?? []) as string[]).map((name) =>
    substituted(name, part(body, 'substitutions')),
  );
  const id = `00000000-0000-4000-9000-${String(state.next()).padStart(12, '0')}`;
  const name = `projects/${state.number}/locations/${at['region'] ?? 'global'}/builds/${id}`;
  const results = {
    images: images.map((one) => ({ name: one, digest: text(pushImage(state, one), 'uri').split('@')[1] })),
  };
  const made = state.add(`cloudbuild:projects/${state.project}/builds/${id}`, {
    ...body,
    ...{ id, name, projectId: state.project, status: 'SUCCESS', results },
    ...(text(body, 'options', 'logging') !== 'CLOUD_LOGGING_ONLY' && {
      logsBucket: 'gs://openhours-test-logs',
    }),
    createTime: new Date().toISOString(),
    startTime: new Date().toISOString(),
    finishTime: new Date().toISOString(),
    logUrl: `https://console.cloud.google.com/cloud-build/builds/${id}`,
  });
  return {
    name: `operations/build/${state.project}/${id}`,
    metadata: { build: made },
    done: true,
    response: made,
  };
}

const builds = (method: string, tail: string, handle: Route['handle']): Route[] =>
  ['/v1/projects/{project}/builds', '/v1/projects/{project}/locations/{region}/builds'].map((path) => ({
    service: 'cloudbuild',
    method,
    path: path + tail,
    handle,
  }));
const storage = (method: string, path: string, handle: Route['handle']): Route => ({
  service: 'storage',
  method,
  path,
  handle,
});

function createBucket({ state, query, body }: Call): Thing {
  state.checkProject(query.get('project') ?? undefined);
  const name = text(body, 'name');
  if (state.things.has(`storage:b/${name}`)) throw exists('The bucket');
  return state.add(`storage:b/${name}`, {
    kind: 'storage#bucket',
    id: name,
    projectNumber: state.number,
    location: 'US',
    ...body,
    name,
  });
}
const object = (bucket: string, name: string, size: string) => ({
  kind: 'storage#object',
  bucket,
  name,
  id: `${bucket}/${name}/1`,
  generation: '1',
  size,
});

function upload(call: Call): Thing {
  const { state, at, query, body } = call;
  if (query.get('uploadType') === 'resumable')
    throw new Refusal(
      501,
      'UNIMPLEMENTED',
      'A source of more than 5 MB: does .gcloudignore leave enough out?',
    );
  const bucket = at['bucket'] ?? '';
  state.get(`storage:b/${bucket}`);
  const name = query.get('name') ?? text(body, 'name');
  const key = `storage:b/${bucket}/o/${name}`;
  const made = object(bucket, name, text(body, 'uploadedBytes'));
  state.things.set(key, made);
  return made;
}

/** Artifact Registry, Cloud Build and the bucket that a build's source is uploaded to. */
export const buildRoutes: Route[] = [
  registry('POST', '', createRepository),
  registry('GET', '', (call) => ({ repositories: call.state.list(`artifactregistry:${folder(call)}`) })),
  registry('GET', '/{repository}', (call) => call.state.get(repositoryKey(call))),
  registry('PATCH', '/{repository}', (call) =>
    call.state.replace(
      repositoryKey(call),
      masked(call.state.get(repositoryKey(call)), call.body, call.query.get('updateMask')),
    ),
  ),
  registry('DELETE', '/{repository}', (call) => {
    call.state.remove(repositoryKey(call));
    return done(call.state, folder(call).replace('/repositories', ''), {}, 'google.protobuf.Empty');
  }),
  registry('GET', '/{repository}/dockerImages', (call) => {
    call.state.get(repositoryKey(call));
    return { dockerImages: call.state.list(`${repositoryKey(call)}/dockerImages`) };
  }),
  registry('GET', '/{repository}/packages/{name}/tags/{tag}', (call) => {
    const version = versionsOf(call).find((one) =>
      tagsOf(one).some((tag) => tag.endsWith(`/${call.at['tag']}`)),
    );
    if (!version) throw notFound(`The tag ${call.at['tag']}`);
    return { name: tagsOf(version)[0], version: version['name'] };
  }),
  // What gcloud asks after a name that is not there: whether it is a folder of names.
  registry('GET', '/{repository}/packages', (call) => ({
    packages: call.state.list(`${repositoryKey(call)}/packages`),
  })),
  registry('GET', '/{repository}/packages/{name}/versions', (call) => ({ versions: versionsOf(call) })),
  ...policyRoutes('artifactregistry', `${REPOSITORIES}/{repository}`, (call) => {
    call.state.get(repositoryKey(call));
    return repositoryKey(call);
  }),
  ...builds('POST', '', build),
  ...builds('GET', '', ({ state }) => ({
    builds: state.list(`cloudbuild:projects/${state.project}/builds`).reverse(),
  })),
  ...builds('GET', '/{id}', ({ state, at }) =>
    state.get(`cloudbuild:projects/${state.project}/builds/${at['id']}`),
  ),
  storage('POST', '/storage/v1/b', createBucket),
  storage('GET', '/storage/v1/b', ({ state }) => ({
    kind: 'storage#buckets',
    items: state.list('storage:b'),
  })),
  storage('GET', '/storage/v1/b/{bucket}', ({ state, at }) => state.get(`storage:b/${at['bucket']}`)),
  storage('GET', '/storage/v1/b/{bucket}/o/{name=**}', ({ state, at, query }) => {
    const found = state.get(`storage:b/${at['bucket']}/o/${at['name']}`);
    return query.get('alt') === 'media' ? Buffer.alloc(0) : found;
  }),
  storage('POST', '/upload/storage/v1/b/{bucket}/o', upload),
  storage('POST', '/resumable/upload/storage/v1/b/{bucket}/o', upload),
];
