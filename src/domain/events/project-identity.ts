import type { ProjectConfig } from './project-config.js';

/** What one place knows of a project's identity. */
export interface KnownIdentity {
  readonly uuid?: string;
  readonly slug?: string;
  /** `owner/name`: set by a person, else that of origin. */
  readonly repoSlug?: string;
}

/** Where a value comes from: the project's config, what was last seen there, or origin and path. */
type IdentitySource = 'config' | 'remembered' | 'derived';

/** Each value from the best place that has it: the config, else what is remembered of it, else what can be derived. */
export const resolveIdentity = (
  config: KnownIdentity,
  remembered: KnownIdentity,
  derived: KnownIdentity & { readonly uuid: string; readonly slug: string },
) => {
  const best = <Key extends keyof KnownIdentity>(key: Key) => {
    const isKnown = ({ [key]: value }: KnownIdentity): boolean => value !== undefined;
    const source: IdentitySource = isKnown(config)
      ? 'config'
      : isKnown(remembered)
        ? 'remembered'
        : 'derived';
    return { value: config[key] ?? remembered[key] ?? derived[key], source };
  };
  return { uuid: best('uuid'), slug: best('slug'), repoSlug: best('repoSlug') };
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
