import type { Lane } from './lane.js';

export type AgentPhase = 'implementation' | 'review';
export type HistoryEntryType = 'note' | 'review' | 'error' | 'comment';
export type LoggedErrorType = 'validation' | 'runtime' | 'network' | 'auth' | 'unknown';
export type ResolutionType = 'completed' | 'skipped' | 'merged';

/**
 * The payload of each event type, as our writers fill it. `feature_slug` is required of us in every
 * work-package payload because a `WP01` exists in every feature; readers treat it as optional.
 */
export interface Payloads {
  readonly WPStatusChanged: {
    readonly wp_id: string;
    readonly previous_status: Lane;
    readonly new_status: Lane;
    readonly changed_by: string;
    readonly feature_slug: string;
    /** The finer lane of a status log. */
    readonly detail?: string;
  };
  readonly WPCreated: {
    readonly wp_id: string;
    readonly title: string;
    readonly dependencies: readonly string[];
    readonly status: Lane;
    readonly feature_slug: string;
    readonly detail?: string;
  };
  readonly WPAssigned: {
    readonly wp_id: string;
    readonly agent_id: string;
    readonly phase: AgentPhase;
    readonly retry_count: number;
    readonly feature_slug: string;
  };
  readonly FeatureCreated: {
    readonly feature_slug: string;
    /** Absent when the feature's folder does not begin with a number. */
    readonly feature_number?: string;
    readonly target_branch: string;
    readonly wp_count: number;
    readonly created_at?: string;
  };
  readonly FeatureCompleted: {
    readonly feature_slug: string;
    readonly total_wps: number;
    readonly completed_at?: string;
    readonly total_duration?: string | null;
  };
  readonly HistoryAdded: {
    readonly wp_id: string;
    readonly entry_type: HistoryEntryType;
    readonly entry_content: string;
    readonly author: string;
    readonly feature_slug: string;
  };
  readonly ErrorLogged: {
    readonly error_type: LoggedErrorType;
    readonly error_message: string;
    readonly wp_id: string | null;
    readonly stack_trace: string | null;
    readonly agent_id: string | null;
    readonly feature_slug?: string;
  };
  readonly DependencyResolved: {
    readonly wp_id: string;
    readonly dependency_wp_id: string;
    readonly resolution_type: ResolutionType;
    readonly feature_slug: string;
  };
}

export type EventType = keyof Payloads;
export type PayloadOf<T extends EventType> = Payloads[T];

/** A payload as a caller gives it: what has a default may be left out. */
export type PayloadInput<T extends EventType> = Omit<Payloads[T], DefaultedKeys[T]> &
  Partial<Pick<Payloads[T], DefaultedKeys[T] & keyof Payloads[T]>>;

export const EVENT_TYPES = [
  'WPStatusChanged',
  'WPCreated',
  'WPAssigned',
  'FeatureCreated',
  'FeatureCompleted',
  'HistoryAdded',
  'ErrorLogged',
  'DependencyResolved',
] as const satisfies readonly EventType[];

/** The keys that are filled in when a caller leaves them out. */
interface DefaultedKeys {
  readonly WPStatusChanged: 'changed_by';
  readonly WPCreated: 'dependencies' | 'status';
  readonly WPAssigned: 'retry_count';
  readonly FeatureCreated: never;
  readonly FeatureCompleted: never;
  readonly HistoryAdded: 'author';
  readonly ErrorLogged: 'wp_id' | 'stack_trace' | 'agent_id';
  readonly DependencyResolved: never;
}

export const isEventType = (text: string): text is EventType =>
  (EVENT_TYPES as readonly string[]).includes(text);
