import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { AgentWork } from '../../ports/agents.js';
import { Git, WRITING } from '../work/git.js';
import { QUIET } from '../work/git-commit.js';
import { locateCheckout } from '../work/git-places.js';
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
    const git = this.#git.in(tree);
    const status = await git.run(['status', '--porcelain=v1', '--untracked-files=all']);
    if (status.code !== 0) return err(reasonOf(status));
    if (status.stdout === '') return ok(undefined);
    if (/^(?:U.|.U|AA|DD) /m.test(status.stdout)) return err('a merge with conflicts is under way');
    if ((await git.head()).branch === undefined)
      return err('HEAD is detached, so the commit would belong to no branch');
    for (const args of [
      ['add', '--all'],
      ['commit', '--quiet', `--message=${message}`],
    ]) {
      const run = await git.run([...QUIET, ...args], WRITING);
      if (run.code !== 0) return err(reasonOf(run));
    }
    return ok((await git.head()).commit);
  }
}
