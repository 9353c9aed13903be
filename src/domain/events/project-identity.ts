import type { ProjectConfig } from './project-config.js';

/** The value that says which project a checkout belongs to. */
export interface ProjectIdentity {
  readonly projectUuid: string;
  readonly projectSlug: string;
  /** `owner/name`: set by a person, else that of origin. */
  readonly repoSlug?: string;
}

/** Where a value of an identity comes from. */
export type IdentitySource =
  /** It stands in the project's config. */
  | 'config'
  /** The config could not be used; it is what was last seen there. */
  | 'remembered'
  /** Computed from origin or from the path. */
  | 'derived';

export interface IdentitySources {
  readonly projectUuid: IdentitySource;
  readonly projectSlug: IdentitySource;
  readonly repoSlug?: IdentitySource;
}

/** What one place knows of a project's identity. */
export interface KnownIdentity {
  readonly uuid?: string;
  readonly slug?: string;
  readonly repoSlug?: string;
}

export interface ResolvedIdentity {
  readonly identity: ProjectIdentity;
  readonly sources: IdentitySources;
}

/** Each value from the best place that has it: the config, else what is remembered of it, else what can be derived. */
export const resolveIdentity = (
  config: KnownIdentity,
  remembered: KnownIdentity,
  derived: KnownIdentity & { readonly uuid: string; readonly slug: string },
): ResolvedIdentity => {
  const from = (key: 'uuid' | 'slug'): readonly [value: string, source: IdentitySource] => {
    if (config[key] !== undefined) return [config[key], 'config'];
    return remembered[key] === undefined ? [derived[key], 'derived'] : [remembered[key], 'remembered'];
  };
  const [[projectUuid, uuidFrom], [projectSlug, slugFrom]] = [from('uuid'), from('slug')];
  const repoSlug = config.repoSlug ?? derived.repoSlug;
  return {
    identity: { projectUuid, projectSlug, ...(repoSlug !== undefined && { repoSlug }) },
    sources: {
      projectUuid: uuidFrom,
      projectSlug: slugFrom,
      ...(repoSlug !== undefined && { repoSlug: config.repoSlug === undefined ? 'derived' : 'config' }),
    },
  };
};

/** The values that would be used for whatever the config lacks. */
export interface IdentityProposal {
  readonly uuid: string;
  readonly slug: string;
  readonly nodeId: string;
}

/** Whether the config has all that an identity needs. */
export const isComplete = (config: ProjectConfig): boolean =>
  STORED.every(([name]) => config[name] !== undefined);

/**
 * The edits that complete a config: what is missing is filled in, what is there stays. None for a malformed config,
 * since nothing is overwritten because it could not be understood.
 */
export const completeIdentity = (config: ProjectConfig, proposal: IdentityProposal) =>
  STORED.filter(([name]) => config.malformed === undefined && config[name] === undefined).map(
    ([name, key]) => ({ path: ['project', key], value: proposal[name] }),
  );

/** What an identity needs, with its key below `project`. */
const STORED = [
  ['uuid', 'uuid'],
  ['slug', 'slug'],
  ['nodeId', 'node_id'],
] as const;
