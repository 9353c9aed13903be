import type { Client } from '../../../library/client.js';
import type { ImplementResult } from '../../../work/implement-work-package.js';
import type { PerformedWork } from '../../../work/work-plan.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold, lines, type Text } from '../../render/text.js';
import { given } from '../shared/given.js';
import { nextCommand } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: string;
  readonly base: string | undefined;
  readonly agent: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal } = context;
  const request = await client.feature(context.common.feature);
  const work = await client.work.implementWorkPackage.run(
    {
      ...request,
      workPackageId: args.wp,
      commit: !args.noCommit,
      ...given({ base: args.base, agent: args.agent }),
    },
    signal,
  );
  return begunReport(context, client, work);
};

/** What is told of a work package that was begun, by whatever command. */
export const begunReport = async (
  context: CommandContext<Pick<Args, 'agent'>>,
  client: Client,
  work: PerformedWork<ImplementResult>,
): Promise<Report> => {
  const { agent } = context.args;
  const report = await workReport(work, sentences(work.result, agent), client, context.terminal);
  return isOfAnother(work.result, agent)
    ? { ...report, outcome: 'failed' }
    : { ...report, next: [nextCommand(context, `spec-kitty agent tasks show ${work.result.workPackageId}`)] };
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
