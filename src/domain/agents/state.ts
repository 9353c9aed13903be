import { exactOptional, literal } from 'valibot';
import { choice, flag, integer, issuesOf, list, matching, object, text } from '../document.js';
import type { DocumentOf } from '../document.js';
import { LANES } from '../events/lane.js';
import { isFeatureSlug, isUlid, isWorkPackageId } from '../ids.js';
import { err, ok, type Issue, type Result } from '../result.js';

/** What an agent does with a work package. */
export const PHASES = ['implementation', 'review'] as const;

export type Phase = (typeof PHASES)[number];

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

/** What the last run of an agent came to, until the lane says so, too. */
export const RESULTS = ['implemented', 'approved', 'rejected'] as const;

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

/** Where a work package stands, in one word for people. */
export const STANDINGS = [
  'done',
  // Approved, and waiting to be merged.
  'approved',
  // An agent is at work on it, or was when the run ended.
  'implementing',
  'reviewing',
  // Could be taken up at once.
  'ready',
  // Waits for other work packages, which are on their way.
  'waiting',
  // Waits for other work packages, of which at least one needs a person.
  'blocked',
  // Somebody outside of the run works on it.
  'elsewhere',
  // Needs a person.
  'paused',
] as const;

const name = text('must be text and not empty', (word) => word !== '');
const names = list(name, { whole: 'must be a list of names' });
const time = matching(
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
  'must be a date-time in ISO 8601 UTC',
);

const assignment = object({
  phase: choice(PHASES),
  agent: name,
  // How often the work package was assigned in this phase before, in this run: `retry_count` of the event.
  retryCount: integer(0),
});

/** A member that nobody knows was written by another build, for which the lane meant something else. */
const refuse = 'is not known';

const record = object(
  {
    id: text('must be a work package id', isWorkPackageId),
    // The lane in which the run has it; absent: it is not the run's. In `planned` it is about to be taken to `doing`.
    at: exactOptional(choice(LANES)),
    result: exactOptional(choice(RESULTS)),
    // Who implements or implemented it, as far as this run or the work package's file knows.
    implementer: exactOptional(name),
    reviewer: exactOptional(name),
    // An agent that has been given it and has not come to an end.
    assignment: exactOptional(assignment),
    // How often it has been assigned in each phase.
    assigned: object({ implementation: integer(0), review: integer(0) }),
    // Agents that failed at the present task, which ends with a success or a verdict.
    failedAgents: names,
    // How often changes were requested, and what the reviewer wanted at last.
    rejections: integer(0),
    feedback: exactOptional(text()),
    // Commit on which its branch was begun by this run: everything beyond it is to be reviewed.
    base: exactOptional(name),
    // Tip of its branch when the present implementation or rework began: what is beyond it is the agents' work.
    startedAt: exactOptional(name),
    // Until a person resumes the run; why, in a whole sentence.
    pause: exactOptional(object({ reason: choice(PAUSE_REASONS), detail: text() })),
  },
  { refuse },
);

export const limits = object({
  // Agents that run at once.
  maxParallel: integer(1),
  // How often a work package may be rejected and worked on again.
  maxRetries: integer(0),
  // How long one run of an agent may take that has no limit of its own.
  timeoutMs: integer(1),
  // Whether approved work packages are merged.
  merges: flag(),
});

const state = object({
  version: literal(1),
  // The correlation id of every event of the run, however often it is resumed.
  runId: text('must be a ULID', isUlid),
  feature: text('must be a feature slug', isFeatureSlug),
  status: choice(RUN_STATUSES),
  startedAt: time,
  updatedAt: time,
  // In the order of preference.
  agents: names,
  limits,
  // Ascending by number.
  workPackages: list(record),
});

export type Assignment = DocumentOf<typeof assignment>;

/** What a run may do at most, fixed at its beginning. */
export type RunLimits = DocumentOf<typeof limits>;

/**
 * What a run knows of one work package beside its file: what is to be done next with it is said by the lane, and by the
 * little that no file tells.
 */
export type WorkPackageRecord = DocumentOf<typeof record>;

/** The whole memory of one orchestration of a feature. */
export type OrchestrationState = DocumentOf<typeof state>;

/** Reads a stored state; the error lists everything that is wrong with it. */
export const parseOrchestrationState = (document: unknown): Result<OrchestrationState, readonly Issue[]> => {
  const version = (document as { readonly version?: unknown } | null)?.version;
  if (version !== 1) return err([{ path: 'version', reason: 'is not 1, the only one known' }]);
  const issues = issuesOf(state, document);
  if (issues.length > 0) return err(issues);
  const read = document as OrchestrationState;
  const ids = read.workPackages.map(({ id }) => id);
  const again = ids.findIndex((id, at) => ids.indexOf(id) !== at);
  if (again !== -1) return err([{ path: `workPackages.${again}.id`, reason: 'is there already' }]);
  return ok(read);
};
