import { exactOptional, nullable } from 'valibot';
import { choice, flag, integer, list, object, text, type DocumentOf } from '../document.js';
import { LANES } from '../events/lane.js';
import { agentPhase, resolutionType } from '../events/payloads.js';
import { USAGE_SUM } from '../events/usage.js';

/**
 * The folded state of the cells of a board. These values are JSON documents: a store keeps them, a hub sends them, a
 * dashboard shows them, all without a mapper. `null` means "no event said so".
 */
export type CellState = WorkPackageState | FeatureState;

const count = integer(0);
const told = nullable(text());
const lane = choice(LANES);

const LOGGED_ERROR = object({
  event_id: text(),
  error_type: text(),
  error_message: text(),
  agent_id: told,
  timestamp: text(),
  /** Why an orchestration waits for a person; absent where the error is not that. */
  pause_reason: exactOptional(text()),
});

const SUMMARY = {
  last_event: object({
    event_id: text(),
    event_type: text(),
    lamport_clock: count,
    node_id: text(),
    timestamp: text(),
  }),
  events: count,
  /** Events of a type that this version does not know, or with contents that it cannot read. */
  unknown: count,
  errors: count,
  /** The latest errors, oldest first. */
  recent_errors: list(LOGGED_ERROR),
};

const TRANSITION = object({
  event_id: text(),
  node_id: text(),
  lamport_clock: count,
  from: lane,
  to: lane,
  /** Its `previous_status` is not the lane in which the fold stood. */
  conflicting: flag(),
  /** Another node made a transition that neither led to it nor came from it. */
  concurrent: flag(),
});

const DEPENDENCY = object({ wp_id: text(), resolution: nullable(resolutionType.own) });

const AGENT = object({
  agent_id: text(),
  phase: nullable(agentPhase.own),
  retry_count: count,
  /** When, by the clock of the machine that said so; absent in what older hubs folded. */
  since: exactOptional(text()),
});

/** What the runs of an agent on a day took for a work package. Without a name and a day: of those beyond the most. */
export const AGENT_USAGE = {
  agent: told,
  /** By the clock of the machine on which they ended. */
  day: told,
  ...USAGE_SUM,
};
const AGENT_USAGES = list(object(AGENT_USAGE));

const WORK_PACKAGE = object({
  kind: choice(['work-package']),
  ...SUMMARY,
  wp_id: text(),
  lane: nullable(lane),
  /** The finer lane of a status log, as the event that set the lane names it. */
  detail: told,
  title: told,
  dependencies: list(DEPENDENCY),
  /** Who was assigned last, or took it up without that. */
  agent: nullable(AGENT),
  /** What runs of agents took, by agent and day, as they reported; absent when nobody said anything. */
  usage: exactOptional(AGENT_USAGES),
  /** Number of transitions, of those that did not start where the fold stood, and of those that ran side by side. */
  transitions: count,
  conflicting: count,
  concurrent: count,
  /** The latest transitions that are conflicting or concurrent, oldest first. */
  marked: list(TRANSITION),
  /** The transitions that carry the highest Lamport timestamp seen; the next one may be concurrent with them. */
  front: list(TRANSITION),
  /** How many more carry it, if any: of a crowd only the latest are kept by name and compared with what comes. */
  front_left_out: exactOptional(count),
});

const FEATURE = object({
  kind: choice(['feature']),
  ...SUMMARY,
  feature_slug: text(),
  feature_number: told,
  target_branch: told,
  wp_count: nullable(count),
  created_at: told,
  completed: nullable(
    object({ event_id: text(), total_wps: nullable(count), completed_at: told, total_duration: told }),
  ),
});

/** A feature as it stands: its own cell, when any event spoke of it, and its work packages by id. */
export const FEATURE_BOARD = object({
  feature_slug: text(),
  feature: nullable(FEATURE),
  work_packages: list(WORK_PACKAGE),
});

export type AgentUsage = DocumentOf<typeof AGENT_USAGES>[number];
export type WorkPackageState = DocumentOf<typeof WORK_PACKAGE>;
export type FeatureState = DocumentOf<typeof FEATURE>;
/** What every cell knows. */
export type CellSummary = Pick<FeatureState, keyof typeof SUMMARY>;
export type DependencyState = DocumentOf<typeof DEPENDENCY>;
export type Transition = DocumentOf<typeof TRANSITION>;
export type LoggedError = DocumentOf<typeof LOGGED_ERROR>;
export type FeatureBoard = DocumentOf<typeof FEATURE_BOARD>;
