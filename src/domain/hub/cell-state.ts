import type { AgentPhase, ResolutionType } from '../events/payloads.js';
import type { Lane } from '../events/lane.js';

/**
 * The folded state of the cells of a board. These values are JSON documents: a store keeps them, a hub sends them, a
 * dashboard shows them, all without a mapper. `null` means "no event said so".
 */
export type CellState = WorkPackageState | FeatureState;

export interface WorkPackageState extends CellSummary {
  readonly kind: 'work-package';
  readonly wp_id: string;
  readonly lane: Lane | null;
  /** The finer lane of a status log, as the event that set the lane names it. */
  readonly detail: string | null;
  readonly title: string | null;
  readonly dependencies: readonly DependencyState[];
  /** Who was assigned last. */
  readonly agent: AssignedAgent | null;
  /** Number of transitions, of those that did not start where the fold stood, and of those that ran side by side. */
  readonly transitions: number;
  readonly conflicting: number;
  readonly concurrent: number;
  /** The latest transitions that are conflicting or concurrent, oldest first. */
  readonly marked: readonly Transition[];
  /** The transitions that carry the highest Lamport timestamp seen; the next one may be concurrent with them. */
  readonly front: readonly Transition[];
  /** How many more carry it, if any: of a crowd only the latest are kept by name and compared with what comes. */
  readonly front_left_out?: number;
}

export interface FeatureState extends CellSummary {
  readonly kind: 'feature';
  readonly feature_slug: string;
  readonly feature_number: string | null;
  readonly target_branch: string | null;
  readonly wp_count: number | null;
  readonly created_at: string | null;
  readonly completed: FeatureCompletion | null;
}

/** What every cell knows. */
export interface CellSummary {
  readonly last_event: EventReference;
  readonly events: number;
  /** Events of a type that this version does not know, or with contents that it cannot read. */
  readonly unknown: number;
  readonly errors: number;
  /** The latest errors, oldest first. */
  readonly recent_errors: readonly LoggedError[];
}

interface EventReference {
  readonly event_id: string;
  readonly event_type: string;
  readonly lamport_clock: number;
  readonly node_id: string;
  readonly timestamp: string;
}

export interface DependencyState {
  readonly wp_id: string;
  readonly resolution: ResolutionType | null;
}

interface AssignedAgent {
  readonly agent_id: string;
  readonly phase: AgentPhase | null;
  readonly retry_count: number;
  /** When, by the clock of the machine that said so; absent in what older hubs folded. */
  readonly since?: string;
}

export interface Transition {
  readonly event_id: string;
  readonly node_id: string;
  readonly lamport_clock: number;
  readonly from: Lane;
  readonly to: Lane;
  /** Its `previous_status` is not the lane in which the fold stood. */
  readonly conflicting: boolean;
  /** Another node made a transition that neither led to it nor came from it. */
  readonly concurrent: boolean;
}

export interface LoggedError {
  readonly event_id: string;
  readonly error_type: string;
  readonly error_message: string;
  readonly agent_id: string | null;
  readonly timestamp: string;
}

interface FeatureCompletion {
  readonly event_id: string;
  readonly total_wps: number | null;
  readonly completed_at: string | null;
  readonly total_duration: string | null;
}

/** A feature as it stands: its own cell, when any event spoke of it, and its work packages by id. */
export interface FeatureBoard {
  readonly feature_slug: string;
  readonly feature: FeatureState | null;
  readonly work_packages: readonly WorkPackageState[];
}
