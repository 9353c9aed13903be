import { TOKENS } from '../../../container/tokens.js';
import type { Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest, given } from '../shared/feature-request.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: string;
  readonly base: string | undefined;
  readonly agent: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, signal, terminal } = context;
  const client = await context.container();
  const implement = await client.get(TOKENS.implementWorkPackage);
  const request = await featureRequest(client, context);
  const work = await implement.run(
    {
      ...request,
      workPackageId: args.wp,
      commit: !args.noCommit,
      ...given({ base: args.base, agent: args.agent }),
    },
    signal,
  );
  const { workPackageId, worktree, outcome, agent } = work.result;
  const begun =
    outcome === 'started'
      ? ' is in doing now. Work in '
      : ` was in doing before${agent === undefined ? '' : `, with ${agent} in charge`}. Its work tree is `;
  return workReport(work, [bold(workPackageId), begun, worktree], client, terminal);
};
