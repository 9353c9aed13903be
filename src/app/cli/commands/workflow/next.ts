import type { Report } from '../../define-command.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest } from '../shared/feature-request.js';
import { begunReport } from './implement.js';

interface Args {
  readonly agent: string;
  readonly noCommit: boolean;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { agent, noCommit } = context.args;
  const client = await context.container();
  const next = await client.get('takeNext');
  const request = await featureRequest(client, context);
  const work = await next.run({ ...request, agent, commit: !noCommit }, context.signal);
  return begunReport(context, client, work);
};
