import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext, Report } from '../../define-command.js';
import { findHubPage } from '../shared/hub-page.js';

interface Args {
  readonly wp: string | undefined;
  readonly print: boolean;
}

export const run = async ({ args, client, common, io, terminal }: CommandContext<Args>): Promise<Report> => {
  const page = await findHubPage(client, { feature: common.feature, workPackage: args.wp });
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
  return { data: { url, is_shared: isShared, opened }, text: url };
};
