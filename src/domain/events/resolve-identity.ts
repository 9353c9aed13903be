import type { IdentitySource, IdentitySources, ProjectIdentity } from './project-identity.js';

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
