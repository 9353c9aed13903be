import { SyncError } from '../../../../domain/errors.js';
import { defineCommand, flag } from '../../define-command.js';
import { findHubPage } from '../shared/hub-page.js';
import { WORK_PACKAGE_AT_HAND } from './options.js';

export const open = defineCommand({
  path: 'open',
  summary: "show the feature at hand on the hub's dashboard, in a browser",
  details:
    'Prints the address. At a terminal with a screen it opens it, too. The page of a work package shows what happened to it; outside a feature it is the page of the project, and outside a project the first one. Whoever is not signed in there is asked to.',
  positionals: WORK_PACKAGE_AT_HAND,
  options: { print: flag('only print the address') },
  examples: [
    ['spec-kitty open', 'board, graph and flow of the feature'],
    ['spec-kitty open WP01 --print', 'an address for a colleague'],
  ],
  run: async ({ args, client, common, io, terminal }) => {
    const page = await findHubPage(client, common.feature, args.wp);
    if (page === undefined) {
      throw new SyncError('not-signed-in', 'No hub is known here, so there is no page to open.', {
        hint: 'Sign in at the hub of your team with `spec-kitty auth login --server URL`, or start one with `spec-kitty hub serve`.',
      });
    }
    const { url, isShared } = page;
    if (!isShared)
      terminal.warn('This project keeps its events here (`sync.share: false`): the hub knows nothing of it.');
    const isWanted = !args.print && !common.json && io.stdout.isTTY;
    const opened = isWanted && (await (await client.port('browser')).open(url));
    if (isWanted && !opened) terminal.note('No browser could be started here. Open this address in yours:');
    return { data: { url, isShared, opened }, text: url };
  },
});
