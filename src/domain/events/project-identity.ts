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
