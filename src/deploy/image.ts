import { createHash } from 'node:crypto';
import type { EnvironmentSettings } from './environments.ts';
import { GCLOUD } from '../config/deploy-defaults.ts';
import { projectRoot } from '../config/paths.ts';
import { OpenhoursError } from '../errors.ts';
import type { Gcloud, GcloudCommand } from './gcloud.ts';
import type { RunProgram } from './gcloud-process.ts';
import { imageName } from './names.ts';
import type { Resource } from './resource.ts';

/** What an image is of. */
export type Component = 'worker' | 'gateway';

const DOCKERFILES: Readonly<Record<Component, string>> = {
  worker: 'Dockerfile.job',
  gateway: 'Dockerfile.gateway',
};

/**
 * The image under its tag, built where it is missing. A tag stands for the state of the sources, so that one that is there is right.
 * @param builder `cloud` for Cloud Build, `local` for docker on this machine.
 */
export function image(
  component: Component,
  settings: EnvironmentSettings,
  tag: string,
  builder: 'cloud' | 'local',
): Resource {
  const full = imageName(component, settings, tag);
  return {
    kind: 'image',
    independent: true,
    name: `${component}:${tag}`,
    read: async (gcloud) => {
      return { is: (await imageThere(component, settings, tag, gcloud)) ? 'same' : 'absent' };
    },
    commands: (state) => {
      if (state.is === 'same') return [];
      return builder === 'cloud' ? cloudBuild(component, full) : localBuild(component, full, settings);
    },
    // Images go with their repository.
    removal: () => [],
  };
}

/** Whether the registry has this image under this tag. */
export async function imageThere(
  component: Component,
  settings: EnvironmentSettings,
  tag: string,
  gcloud: Gcloud,
): Promise<boolean> {
  const name = imageName(component, settings);
  const images = ((await gcloud.find([
    ...['artifacts', 'docker', 'images', 'list', name.slice(0, name.lastIndexOf('/')), '--include-tags'],
  ])) ?? []) as { package?: string; tags?: string | string[] }[];
  return images.some((image) => image.package === name && tagsOf(image.tags).includes(tag));
}

const tagsOf = (tags: string | string[] | undefined): string[] =>
  typeof tags === 'string' ? tags.split(/,\s*/) : (tags ?? []);

/** `builds submit` takes no Dockerfile by name, so that the steps are in a file. Its log stays in Cloud Build. */
function cloudBuild(component: Component, full: string): GcloudCommand[] {
  const revision = full.slice(full.lastIndexOf(':') + 1);
  const substitutions = `_IMAGE=${full},_DOCKERFILE=${DOCKERFILES[component]},_REVISION=${revision}`;
  return [
    {
      args: ['builds', 'submit', '.', '--config=deploy/cloudbuild.yaml', '--suppress-logs'].concat(
        `--substitutions=${substitutions}`,
      ),
    },
  ];
}

function localBuild(component: Component, full: string, { region }: EnvironmentSettings): GcloudCommand[] {
  return [
    { args: ['auth', 'configure-docker', `${region}-docker.pkg.dev`] },
    {
      program: 'docker',
      args: ['build', '--platform=linux/amd64', `--file=${DOCKERFILES[component]}`].concat(
        `--build-arg=REVISION=${full.slice(full.lastIndexOf(':') + 1)}`,
        `--tag=${full}`,
        '.',
      ),
    },
    { program: 'docker', args: ['push', full] },
  ];
}

/**
 * The tag for the sources as they are: the commit's short hash, and with changes that are not committed a hash of these.
 * @throws OpenhoursError DEPLOY_INVALID where that is not known: no git, or no commit.
 */
export async function sourceTag(run: RunProgram): Promise<string> {
  const git = async (...args: string[]) => {
    const { code, stdout } = await run('git', ['-C', projectRoot(), ...args], { limitMs: GCLOUD.readMs });
    if (code === 0) return stdout.trim();
    throw new OpenhoursError(
      'DEPLOY_INVALID',
      'the tag of the image comes from git, and this is no checkout with a commit: name one with --tag',
    );
  };
  const commit = await git('rev-parse', '--short=12', 'HEAD');
  const status = await git('status', '--porcelain');
  if (status === '') return commit;
  const untracked = await git('ls-files', '--others', '--exclude-standard', '-z');
  const hashes =
    untracked === '' ? '' : await git('hash-object', '--', ...untracked.split('\0').filter(Boolean));
  const changes = createHash('sha256').update(`${await git('diff', 'HEAD')}${untracked}${hashes}`);
  return `${commit}-${changes.digest('hex').slice(0, 8)}`;
}

/** What is wrong with a tag that was named. */
export function tagProblem(tag: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag) ? undefined : 'is no tag of an image';
}
