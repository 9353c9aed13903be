/**
 * An event as anybody may have written it: what every version of every client writes has its type, the rest may be
 * missing or unknown. Keys that this version does not know stay in it.
 */
export interface EnvelopeDocument {
  readonly event_id: string;
  /** Possibly a type that this version does not know. */
  readonly event_type: string;
  readonly aggregate_id: string;
  readonly aggregate_type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly node_id: string;
  readonly lamport_clock: number;
  readonly timestamp: string;
  readonly team_slug: string;
  readonly causation_id?: string | null;
  readonly project_uuid?: string | null;
  readonly project_slug?: string | null;
  readonly git_branch?: string | null;
  readonly head_commit_sha?: string | null;
  readonly repo_slug?: string | null;
  readonly correlation_id?: string | null;
  readonly schema_version?: string | null;
  readonly [key: string]: unknown;
}
