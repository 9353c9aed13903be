import type { Assignment, PauseReason } from './state.js';

/** One thing to do with one work package. Each but `work` finds in the files whether it was done before. */
export type Step =
  /** Take it from `planned` to `doing`; `isAgain`: an earlier try may have done so already. */
  | { readonly step: 'claim'; readonly id: string; readonly agent: string; readonly isAgain: boolean }
  /** Announce the assignment unless that was done, and let the agent do it. */
  | { readonly step: 'work'; readonly id: string; readonly assignment: Assignment }
  /** Commit what the agent left, see that there is something, and take it to `for_review`. */
  | { readonly step: 'hand-over'; readonly id: string; readonly agent: string }
  /** Take it back to `doing`, with what the reviewer wants changed. */
  | {
      readonly step: 'send-back';
      readonly id: string;
      readonly reviewer: string;
      readonly feedback: string;
    }
  | { readonly step: 'merge'; readonly id: string }
  /** Take it to `done`. */
  | { readonly step: 'finish'; readonly id: string; readonly reviewer: string };

/** What became of a step. */
export type StepOutcome =
  /** `tip`: of its branch, where the work begins. */
  | { readonly outcome: 'claimed'; readonly tip?: string }
  /** It cannot be claimed: somebody else has begun it, or its dependencies are not far enough any more. */
  | { readonly outcome: 'not-claimed' }
  /** The assignment stands in the work package's file; its agent is about to run. */
  | { readonly outcome: 'announced' }
  /** An agent implemented. */
  | { readonly outcome: 'implemented' }
  | { readonly outcome: 'approved' }
  | { readonly outcome: 'changes-requested'; readonly feedback: string }
  /** An agent did not do what it was asked for, for a reason in a whole sentence. */
  | { readonly outcome: 'agent-failed'; readonly reason: string }
  /** Stopped, or overtaken by what somebody else did: the files tell what is to be done now. */
  | { readonly outcome: 'not-done' }
  | { readonly outcome: 'handed-over' }
  | { readonly outcome: 'sent-back'; readonly tip?: string }
  | { readonly outcome: 'merged' }
  | { readonly outcome: 'finished' }
  /** It cannot be done, for a reason in a whole sentence. */
  | { readonly outcome: 'impossible'; readonly reason: PauseReason; readonly detail: string };
