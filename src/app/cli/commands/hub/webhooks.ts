import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { withHub } from './hub.js';
import type { OfHub } from './hub.js';

/** The commands about addresses that are told what a team's hub stores. */
export const webhookAdd = (
  context: CommandContext<OfHub & { readonly url: string; readonly team: string }>,
): Promise<Report> =>
  withHub(context, 'webhooks', async (webhooks, { team, url }) => {
    const { id, secret } = await webhooks.add(team, url);
    context.terminal.note('The secret that signs its messages. It is shown this once:');
    return { data: { id, team, url, secret }, text: secret };
  });

export const webhookList = (context: CommandContext<OfHub>): Promise<Report> =>
  withHub(context, 'webhooks', async (webhooks) => {
    const list = await webhooks.list();
    return {
      data: { webhooks: list.map(({ id, team, url, through }) => ({ id, team, url, through })) },
      text: table(
        [
          { header: 'Id' },
          { header: 'Team', flexible: true },
          { header: 'Address', flexible: true },
          { header: 'Has' },
        ],
        list.map(({ id, team, url, through }) => [id, bold(team), url, String(through)]),
        context.terminal.width,
      ),
    };
  });

export const webhookRemove = (context: CommandContext<OfHub & { readonly id: string }>): Promise<Report> =>
  withHub(context, 'webhooks', async (webhooks, { id }) => {
    await webhooks.remove(id);
    return { data: { id, outcome: 'removed' }, text: [bold(id), ' is told of nothing any more.'] };
  });
