import type { HubContainer } from '../../../compose/hub-container.js';
import type { HubParts } from '../../../compose/hub-parts.js';
import type { CommandContext, Report } from '../../define-command.js';
import type { Io } from '../../io.js';
import type { Terminal } from '../../terminal.js';
import { quotedPath } from '../sync/remedies.js';

/** What a command about a hub has. */
interface HubCommand {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly args: { readonly data: string | undefined };
}

export interface OfHub {
  readonly data: string | undefined;
}

/** Runs a command beside a hub that may serve the same data, and closes what was opened. */
export const administering = async <A extends OfHub>(
  context: CommandContext<A>,
  work: (people: HubParts['people'], args: A) => Promise<Report>,
): Promise<Report> => {
  const container = await openHub(context, 'administer');
  try {
    return await work(await container.get('people'), context.args);
  } finally {
    await container.close();
  }
};

/** ` --data DIR` as it was given; empty when it was not. */
export const dataOption = (directory: string | undefined): string =>
  directory === undefined ? '' : ` --data ${quotedPath(directory)}`;

/** Opens the data of the hub that a command is about, and says where they are when that is not obvious. The caller closes it. */
export const openHub = async (
  { io, terminal, args }: HubCommand,
  access: 'serve' | 'administer',
): Promise<HubContainer> => {
  const { hubData } = await import('../../../compose/hub-place.js');
  const { directory, remark } = hubData(io, args.data);
  if (remark !== undefined) terminal.warn(remark);
  const { createHubContainer } = await import('../../../compose/hub-container.js');
  return createHubContainer({ dataDirectory: directory, access, stderr: io.stderr });
};
