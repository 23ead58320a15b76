import { stringify } from 'yaml';
import type { Gcloud, GcloudCommand } from '../gcloud.ts';
import { type Resource, stateOf } from '../resource.ts';

/** Something that Cloud Run keeps as a manifest: read with `describe`, written with `replace`. */
export interface RunKind {
  /** As a plan names it. */
  readonly kind: string;
  /** gcloud's command group, such as ['run', 'services']. */
  readonly group: readonly string[];
}

/** A resource that is one manifest. What Cloud Run adds to it counts for nothing; what is wanted and differs, or is there and no longer wanted among what has names, is a change. */
export function runResource(
  { kind, group }: RunKind,
  manifest: { readonly metadata: { readonly name: string } },
  region: string,
): Resource {
  const { name } = manifest.metadata;
  const at = [name, `--region=${region}`];
  const replace: GcloudCommand = {
    args: [...group, 'replace', '-'],
    input: manifestText(manifest),
  };
  return {
    kind,
    name,
    read: async (gcloud: Gcloud) => {
      const found = await gcloud.find([...group, 'describe', ...at]);
      return found === undefined ? { is: 'absent' } : stateOf(differences(manifest, found));
    },
    commands: (state) => (state.is === 'same' ? [] : [replace]),
    removal: () => [{ args: [...group, 'delete', ...at] }],
  };
}

/** As a file. gcloud and kubectl read YAML 1.1, in which an unquoted `yes` or `0123` would be no text. */
export function manifestText(manifest: unknown): string {
  return stringify(manifest, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

type Tree = Readonly<Record<string, unknown>>;

/** What of `wanted` is not so in `there`, in plain words such as "memory 1Gi → 2Gi". */
export function differences(wanted: unknown, there: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(wanted)) return listDifferences(wanted, Array.isArray(there) ? there : [], path);
  if (isTree(wanted)) {
    const other = isTree(there) ? there : {};
    return Object.entries(wanted).flatMap(([key, value]) => differences(value, other[key], [...path, key]));
  }
  // 64-bit numbers come as text.
  return wanted === undefined || text(wanted) === text(there)
    ? []
    : [`${words(path)} ${text(there)} → ${text(wanted)}`];
}

/** Lists whose items have names are compared by these. */
function listDifferences(
  wanted: readonly unknown[],
  there: readonly unknown[],
  path: readonly string[],
): string[] {
  const nameOf = (item: unknown) =>
    isTree(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
  if (!wanted.every((item) => nameOf(item) !== undefined)) {
    const gone = there.slice(wanted.length).map(() => `${words(path)}: one too many`);
    return [...wanted.flatMap((item, index) => differences(item, there[index], path)), ...gone];
  }
  const changed = wanted.flatMap((item) => {
    const name = nameOf(item) ?? '';
    const other = there.find((one) => nameOf(one) === name);
    if (other === undefined) return [`${words([...path, name])} is new`];
    return differences(item, other, [...path, name]);
  });
  const names = wanted.map(nameOf);
  const gone = there.filter((item) => !names.includes(nameOf(item)));
  return [...changed, ...gone.map((item) => `${words([...path, nameOf(item) ?? 'without a name'])} goes`)];
}

/** Levels that say nothing to an operator. */
const SILENT = ['value', 'valueFrom', 'secretKeyRef', 'spec', 'template', 'metadata', 'containers', 'env'];

/** The end of a path is what an operator knows: `limits memory`, `worker MAX_CALLS`. */
function words(path: readonly string[]): string {
  return path
    .filter((part) => !SILENT.includes(part))
    .slice(-2)
    .join(' ');
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
