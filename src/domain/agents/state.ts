/** What an agent does with a work package. */
export const PHASES = ['implementation', 'review'] as const;

export type Phase = (typeof PHASES)[number];

/**
 * How far a run has come with a work package: what is to be done next with it. Every step but the run of an agent finds
 * in the files whether it was done before, so a run that was cut short takes its next step from the stage alone.
 */
export const STAGES = [
  // Not begun by this run.
  'waiting',
  // About to be taken to `doing` by its implementer.
  'claiming',
  // In `doing` and ours: an agent implements, or reworks.
  'implementing',
  // Implemented: its rest is to be committed, and it goes to `for_review`.
  'handing-over',
  // In `for_review`: an agent reviews.
  'reviewing',
  // Changes are requested: it goes back to `doing`.
  'sending-back',
  // To be merged, as soon as everything that it depends on is done; for good in a run that merges nothing.
  'approved',
  // Merged: it goes to `done`.
  'finishing',
  'done',
  // A person has to look.
  'paused',
] as const;

export type Stage = (typeof STAGES)[number];

/** Why a person has to look at a work package. */
export const PAUSE_REASONS = [
  // Rejected more often than the limits allow.
  'rejected-too-often',
  // Every agent that may do it has failed.
  'no-agent-left',
  // Its branch does not merge cleanly.
  'merge-conflict',
  // A person took it to a lane in which the run cannot go on with it.
  'taken-away',
  // A command of the workflow could not be done.
  'step-failed',
] as const;

export type PauseReason = (typeof PAUSE_REASONS)[number];

/** An agent that has been given a work package. */
export interface Assignment {
  readonly phase: Phase;
  readonly agent: string;
  /** How often the work package was assigned in this phase before, in this run: `retry_count` of the event. */
  readonly retryCount: number;
  /** Whether the work package's file says so, and the event is captured or kept for capture. */
  readonly isAnnounced: boolean;
}

/** What a run knows of one work package. */
export interface WorkPackageRecord {
  readonly id: string;
  readonly stage: Stage;
  /** Who implements or implemented it, as far as this run or the work package's file knows. */
  readonly implementer?: string;
  readonly assignment?: Assignment;
  /** How often it has been assigned in each phase. */
  readonly assigned: Readonly<Record<Phase, number>>;
  /** Agents that failed at the present task, which ends with a success or a verdict. */
  readonly failedAgents: readonly string[];
  /** Why the last of them failed. */
  readonly lastFailure?: string;
  /** How often changes were requested. */
  readonly rejections: number;
  /** What the reviewer wants changed; absent before the first rejection. */
  readonly feedback?: string;
  readonly reviewer?: string;
  /** Commit on which its branch was begun by this run: everything beyond it is to be reviewed. */
  readonly base?: string;
  /** Tip of its branch when the present implementation or rework began: what is beyond it is the agents' work. */
  readonly startedAt?: string;
  /** Only at the stage `paused`: why, in a whole sentence, and where the run would go on. */
  readonly pause?: { readonly reason: PauseReason; readonly detail: string; readonly from: Stage };
}

/** How a run stands as a whole. */
export const RUN_STATUSES = [
  'running',
  // Interrupted, or a person has to look at something: it can be resumed.
  'paused',
  // Everything is done (without merging: approved).
  'completed',
  // Given up by a person; it cannot be resumed.
  'aborted',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** What a run may do at most, fixed at its beginning. */
export interface RunLimits {
  /** Agents that run at once, from 1 up. */
  readonly maxParallel: number;
  /** How often a work package may be rejected and worked on again. */
  readonly maxRetries: number;
  /** How long one run of an agent may take that has no limit of its own. */
  readonly timeoutMs: number;
  /** Whether approved work packages are merged. */
  readonly merges: boolean;
}

/** The whole memory of one orchestration of a feature. */
export interface OrchestrationState {
  readonly version: 1;
  /** ULID; the correlation id of every event of the run, however often it is resumed. */
  readonly runId: string;
  readonly feature: string;
  readonly status: RunStatus;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Names in the order of preference. */
  readonly agents: readonly string[];
  readonly limits: RunLimits;
  /** Ascending by number. */
  readonly workPackages: readonly WorkPackageRecord[];
}
