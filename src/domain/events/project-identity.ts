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
  const uuid = firstOf([config.uuid, remembered.uuid], derived.uuid);
  const slug = firstOf([config.slug, remembered.slug], derived.slug);
  const repoSlug = config.repoSlug ?? derived.repoSlug;
  return {
    identity: {
      projectUuid: uuid.value,
      projectSlug: slug.value,
      ...(repoSlug !== undefined && { repoSlug }),
    },
    sources: {
      projectUuid: uuid.source,
      projectSlug: slug.source,
      ...(repoSlug !== undefined && { repoSlug: config.repoSlug === undefined ? 'derived' : 'config' }),
    },
  };
};

const SOURCES: readonly IdentitySource[] = ['config', 'remembered'];

const firstOf = (
  known: readonly (string | undefined)[],
  derived: string,
): { readonly value: string; readonly source: IdentitySource } => {
  const index = known.findIndex((value) => value !== undefined);
  return { value: known[index] ?? derived, source: SOURCES[index] ?? 'derived' };
};

/** A value to set in the config: the chain of keys and what shall stand there. */
export interface IdentityEdit {
  readonly path: readonly string[];
  readonly value: string;
}

/** The values that would be used for whatever the config lacks. */
export interface IdentityProposal {
  readonly uuid: string;
  readonly slug: string;
  readonly nodeId: string;
}

/** Whether the config has all that an identity needs. */
export const isComplete = (config: ProjectConfig): boolean =>
  config.uuid !== undefined && config.slug !== undefined && config.nodeId !== undefined;

/**
 * The edits that complete a config: what is missing is filled in, what is there stays. None for a malformed config,
 * since nothing is overwritten because it could not be understood.
 */
export const completeIdentity = (
  config: ProjectConfig,
  proposal: IdentityProposal,
): readonly IdentityEdit[] => {
  if (config.faults.length > 0) return [];
  return [
    ...(config.uuid === undefined ? [{ path: ['project', 'uuid'], value: proposal.uuid }] : []),
    ...(config.slug === undefined ? [{ path: ['project', 'slug'], value: proposal.slug }] : []),
    ...(config.nodeId === undefined ? [{ path: ['project', 'node_id'], value: proposal.nodeId }] : []),
  ];
};
