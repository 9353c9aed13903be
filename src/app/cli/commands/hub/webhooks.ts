import { defineCommand, needed, text } from '../../define-command.js';
import { flexible, table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { PLACE, withHub } from './hub.js';

/** The commands about addresses that are told what a team's hub stores. */
export const webhookCommands = [
  defineCommand({
    path: 'hub webhook add',
    summary: 'tell an address of every event that is stored for a team',
    details:
      'Messages are signed as Standard Webhooks has it, and repeated until the receiver answers with 2xx. Prints the secret once.',
    positionals: { url: needed('https address, or one on this machine') },
    options: { team: { ...text('team', 'TEAM'), required: true }, ...PLACE },
    examples: [['spec-kitty hub webhook add https://chat.example.com/hook --team acme', 'from now on']],
    run: withHub(async ({ webhooks }, context) => {
      const { team, url } = context.args;
      const { id, secret } = await webhooks.add(team, url);
      context.terminal.note('The secret that signs its messages. It is shown this once:');
      return { data: { id, team, url, secret }, text: secret };
    }),
  }),
  defineCommand({
    path: 'hub webhook list',
    summary: 'list webhooks with the number of the event that each has received last',
    options: PLACE,
    examples: [['spec-kitty hub webhook list', 'all teams']],
    run: withHub(async ({ webhooks }, context) => {
      const all = await webhooks.list();
      const rows = all.map(({ id, team, url, through }) => [id, bold(team), url, String(through)]);
      return { data: { webhooks: all }, text: table(COLUMNS, rows, context.terminal.width) };
    }),
  }),
  defineCommand({
    path: 'hub webhook remove',
    summary: 'take a webhook away',
    positionals: { id: needed('id as `hub webhook list` shows it') },
    options: PLACE,
    examples: [['spec-kitty hub webhook remove 3f9a1c0b7d22', 'it is told of nothing more']],
    run: withHub(async ({ webhooks }, { args: { id } }) => {
      await webhooks.remove(id);
      return { data: { id, outcome: 'removed' }, text: [bold(id), ' is told of nothing any more.'] };
    }),
  }),
];

const COLUMNS = ['Id', flexible('Team'), flexible('Address'), 'Has'];
