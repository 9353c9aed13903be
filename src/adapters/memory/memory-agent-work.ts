import { err, ok, type Result } from '../../domain/result.js';
import type { AgentWork } from '../../ports/agents.js';

/** What agents left uncommitted, by directory; whoever plays the agents says what it is and how it is committed. */
export class MemoryAgentWork implements AgentWork {
  readonly #left = new Map<string, () => string>();
  readonly #refusals = new Map<string, string>();

  /** Leaves something in a work tree; `commit` puts it on the branch and returns the commit. */
  leave(directory: string, commit: () => string): void {
    this.#left.set(directory, commit);
  }

  /** From now on commits of that work tree are refused for a reason, or not any more. */
  refuse(directory: string, reason: string | undefined): void {
    if (reason === undefined) this.#refusals.delete(directory);
    else this.#refusals.set(directory, reason);
  }

  async commitRest(directory: string): Promise<Result<string | undefined, string>> {
    const commit = this.#left.get(directory);
    if (commit === undefined) return ok(undefined);
    const refusal = this.#refusals.get(directory);
    if (refusal !== undefined) return err(refusal);
    this.#left.delete(directory);
    return ok(commit());
  }
}
