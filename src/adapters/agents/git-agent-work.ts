import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import type { AgentWork } from '../../ports/agents.js';
import { Git } from '../work/git-command.js';
import { locateCheckout } from '../work/git-places.js';
import { runPatiently } from '../work/git-index-lock.js';
import type { Environment, GitRun } from '../work/git-process.js';
import { reasonOf } from '../work/git-reason.js';

/** What agents leave in git work trees. */
export class GitAgentWork implements AgentWork {
  readonly #git: Git;

  constructor(environment: Environment) {
    this.#git = new Git(environment);
  }

  async commitRest(directory: string, message: string): Promise<Result<string | undefined, string>> {
    // Where no work tree begins, git would walk up and commit what a user has in the main checkout.
    const tree = locateCheckout(directory);
    if (tree === undefined || !existsSync(join(directory, '.git'))) return err('its work tree is gone');
    const status = await this.#git.run(directory, ['status', '--porcelain=v1', '--untracked-files=all']);
    if (status.code !== 0) return err(reasonOf(status));
    if (status.stdout === '') return ok(undefined);
    if (/^(?:U.|.U|AA|DD) /m.test(status.stdout)) return err('a merge with conflicts is under way');
    if ((await this.#git.head(tree)).branch === undefined)
      return err('HEAD is detached, so the commit would belong to no branch');
    const added = await this.#write(directory, ['add', '--all']);
    if (added.code !== 0) return err(reasonOf(added));
    const committed = await this.#write(directory, ['commit', '--quiet', `--message=${message}`]);
    if (committed.code !== 0) return err(reasonOf(committed));
    return ok((await this.#git.head(tree)).commit);
  }

  #write(directory: string, args: readonly string[]): Promise<GitRun> {
    return runPatiently(this.#git, directory, [...QUIET, ...args], { timeoutMs: COMMIT_TIMEOUT_MS });
  }
}

/** Maintenance in the background would outlive the command and keep its pipes. */
const QUIET = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];

/** Hooks may run a project's whole test suite. */
const COMMIT_TIMEOUT_MS = 300_000;
