import type { Gcloud, GcloudCommand } from './gcloud.ts';

/** How a thing in Google Cloud stands to what is wanted. */
export type ResourceState =
  | { readonly is: 'absent' }
  | { readonly is: 'same' }
  | {
      readonly is: 'different';
      /** In plain words: "memory 1Gi → 2Gi". */
      readonly changes: readonly string[];
    };

/** One thing in Google Cloud that a deployment wants to be there. */
export interface Resource {
  /** 'API', 'service account', 'secret', 'job', 'schedule entry', 'alert policy', … */
  readonly kind: string;
  readonly name: string;
  /** What it wants depends on nothing that is made before it: once read, it is not read again. */
  readonly independent?: boolean;
  read(gcloud: Gcloud): Promise<ResourceState>;
  /** The commands that bring it from this state to what is wanted. */
  commands(state: ResourceState): readonly GcloudCommand[];
  /** The commands that take it away; [] for what a destroy leaves (APIs stay on; says so). */
  removal(): readonly GcloudCommand[];
}

/** Labels on everything of ours that can carry some, so that a removal touches only ours. */
export function ownLabels(env: string): Readonly<Record<string, string>> {
  return { 'managed-by': 'openhours', 'openhours-env': env };
}

/** `a=b,c=d`, as gcloud's --labels and --update-labels take them. */
export function labelsArgument(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** The state of something whose differences were listed: none is the same. */
export function stateOf(changes: readonly string[]): ResourceState {
  return changes.length === 0 ? { is: 'same' } : { is: 'different', changes };
}
