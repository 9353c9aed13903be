import type { CommandContext, Report } from '../../define-command.js';
import { begunReport } from './implement.js';

interface Args {
  readonly agent: string;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, common, signal } = context;
  const { agent, noCommit } = args;
  const request = await client.feature(common.feature);
  const work = await client.work.takeNext.run({ ...request, agent, commit: !noCommit }, signal);
  return begunReport(context, client, work);
};
