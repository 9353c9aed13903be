import type { OrchestrationStanding } from './standing.js';
import type { PauseReason, Phase } from '../../domain/agents/state.js';
import type { AgentCommand } from '../../ports/agents.js';
import type { Lane } from '../../domain/events/lane.js';

/** What happens while an orchestration runs, in the order in which it happens. */
export type OrchestrationProgress =
  | {
      readonly what: 'started';
      readonly runId: string;
      readonly feature: string;
      readonly isResumed: boolean;
      readonly agents: readonly string[];
      readonly commands: readonly AgentCommand[];
    }
  /** There is one agent only, so it reviews its own work. Said once a run. */
  | { readonly what: 'reviews-own-work'; readonly agent: string }
  /** Agents are being stopped. */
  | { readonly what: 'stopping'; readonly because: 'interrupted' | 'aborted' | 'failed' }
  | (OfWorkPackage & { readonly workPackageId: string })
  | (OfAgent & { readonly workPackageId: string; readonly phase: Phase; readonly agent: string });

type OfWorkPackage =
  /** What a reviewer said. */
  | {
      readonly what: 'reviewed';
      readonly agent: string;
      readonly verdict: 'approved' | 'changes-requested';
      readonly feedback?: string;
    }
  /** The run took a work package to another lane. */
  | { readonly what: 'moved'; readonly from: Lane; readonly to: Lane }
  | { readonly what: 'merged' }
  /** Somebody else changed something, and what follows, in a whole sentence. */
  | { readonly what: 'noticed'; readonly notice: string }
  /** A person has to look at it; others go on. */
  | { readonly what: 'paused'; readonly reason: PauseReason; readonly detail: string };

type OfAgent =
  /** Its program has been started. `retryCount` is that of the event, `log` the absolute path of what it prints. */
  | { readonly what: 'agent-started'; readonly retryCount: number; readonly log: string }
  /** A line that it printed. */
  | { readonly what: 'line'; readonly line: string }
  /** The program has ended. `failure` in a whole sentence; absent when it did what it was asked for. */
  | { readonly what: 'agent-ended'; readonly failure?: string; readonly durationMs: number };

/** Told of everything that happens; returns at once. `standing` is computed when it is asked for. */
export type ProgressListener = (
  progress: OrchestrationProgress,
  standing: () => OrchestrationStanding,
) => void;
