import type { ImplementResult } from '../../../work/implement-work-package.js';
import type { PerformedWork } from '../../../work/perform-work.js';
import { defineCommand, text, type Report } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import type { DataOf } from '../../../documents/all.js';
import { AGENT, NO_COMMIT, WORK_PACKAGE } from './options.js';

export const implement = defineCommand({
  path: 'implement',
  summary: 'begin work on a work package in a work tree of its own',
  positionals: WORK_PACKAGE,
  options: {
    base: text('work package or branch to start from', 'WPmm'),
    agent: AGENT,
    'no-commit': NO_COMMIT,
  },
  examples: [['spec-kitty implement WP01 --agent claude', 'WP01 goes from planned to doing']],
  run: async ({ args, client, common, signal }) => {
    const { wp: workPackageId, noCommit, ...said } = args;
    const input = { ...(await client.feature(common.feature)), workPackageId, commit: !noCommit, ...said };
    return begunReport(await client.work.implementWorkPackage.run(input, signal), args.agent);
  },
});

export const takeNext = defineCommand({
  path: 'agent tasks next',
  summary: 'begin the first work package that may begin, in a work tree of its own',
  details:
    'As implement does for a named one. It is chosen under the lock under which it is begun, so that no two agents get the same.',
  options: { agent: { ...AGENT, required: true }, 'no-commit': NO_COMMIT },
  examples: [['spec-kitty agent tasks next --agent claude', 'take what is to be done next']],
  run: async ({ args: { agent, noCommit }, client, common, signal }) => {
    const input = { ...(await client.feature(common.feature)), agent, commit: !noCommit };
    return begunReport(await client.work.implementWorkPackage.run(input, signal), agent);
  },
});

const begunReport = (
  work: PerformedWork<ImplementResult>,
  asking: string | undefined,
): Report<DataOf<'implement'>> => {
  const isTaken = isOfAnother(work.result, asking);
  return {
    outcome: isTaken ? 'failed' : 'done',
    work,
    text: sentences(work.result, asking),
    next: isTaken ? [] : [`spec-kitty agent tasks show ${work.result.workPackageId}`],
  };
};

/** Two agents in one work tree would undo each other's work: who comes second and says who it is must not go on. */
const isOfAnother = ({ outcome, agent }: ImplementResult, asking: string | undefined): boolean =>
  outcome === 'already-doing' && agent !== undefined && asking !== undefined && agent !== asking;

const sentences = (result: ImplementResult, asking: string | undefined): Text => {
  const { workPackageId: id, worktree, outcome, agent } = result;
  if (outcome === 'started') return [bold(id), ' is in doing now. Work in ', worktree];
  const before = ` was in doing before${agent === undefined ? '' : `, with ${agent} in charge`}.`;
  if (!isOfAnother(result, asking)) return [bold(id), before, ' Its work tree is ', worktree];
  const takeOver = `spec-kitty agent tasks move-task ${id} --to planned`;
  return lines([
    [bold(id), before],
    `Take another work package. To take this one over, run "${takeOver}" and then this command again.`,
  ]);
};
