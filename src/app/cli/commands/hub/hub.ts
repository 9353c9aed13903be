import { resolve } from 'node:path';
import { SyncError } from '../../../../domain/errors.js';
import type { HubContainer } from '../../../compose/hub-container.js';
import type { HubCopies, HubParts } from '../../../compose/hub-parts.js';
import type { CommandContext, Report } from '../../define-command.js';
import type { Io } from '../../io.js';
import type { Terminal } from '../../terminal.js';
import { readNamed } from '../shared/named-file.js';
import { quotedPath } from '../sync/remedies.js';

/** What a command about a hub has. */
interface HubCommand {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly args: OfHub;
}

/** Which hub a command is about. */
export interface OfHub {
  readonly data: string | undefined;
  readonly databaseUrlFile: string | undefined;
}

/** Runs a command about people beside a hub that may serve the same data. */
export const administering = <A extends OfHub>(
  context: CommandContext<A>,
  work: (people: HubParts['people'], args: A) => Promise<Report>,
): Promise<Report> => withHub(context, 'people', work);

/** Runs a command with a part of the hub, and closes what was opened. */
export const withHub = async <A extends OfHub, P extends 'people' | 'webhooks'>(
  context: CommandContext<A>,
  part: P,
  work: (part: HubParts[P], args: A) => Promise<Report>,
): Promise<Report> => {
  const container = await openHub(context, 'administer');
  try {
    return await work(await container.get(part), context.args);
  } finally {
    await container.close();
  }
};

/** ` --data DIR` or ` --database-url-file FILE` as it was given; empty when it was not. */
export const dataOption = ({ data, databaseUrlFile }: OfHub): string => {
  if (data !== undefined) return ` --data ${quotedPath(data)}`;
  return databaseUrlFile === undefined ? '' : ` --database-url-file ${quotedPath(databaseUrlFile)}`;
};

/**
 * The address of the database that a command is about; `undefined` when the hub keeps its data in a directory. It holds a
 * password, so that it comes from a file or the environment, and is never part of a message.
 */
export const databaseUrl = async ({
  io,
  signal,
  args,
}: Omit<HubCommand, 'terminal'>): Promise<string | undefined> => {
  const { data, databaseUrlFile: file } = args;
  if (data !== undefined && file !== undefined)
    throw new SyncError('wrong-usage', 'A hub has either --data or --database-url-file.');
  if (data !== undefined) return undefined;
  const hint = `Write one line such as postgres://user:password@host:5432/name.`;
  const text =
    file === undefined
      ? io.env[DATABASE_URL]
      : await readNamed({ path: resolve(io.cwd, file), called: 'The file', hint }, signal);
  const address = text?.trim() ?? '';
  if (file === undefined && address === '') return undefined;
  if (/^postgres(ql)?:\/\/\S+$/.test(address) && URL.canParse(address)) return address;
  throw new SyncError('wrong-usage', `${file ?? DATABASE_URL} holds no address of a PostgreSQL database.`, {
    hint,
  });
};

const DATABASE_URL = 'SPEC_KITTY_DATABASE_URL';

/** The directory that a command is about, without opening it. */
export const hubPlace = async (command: HubCommand): Promise<{ readonly copies: HubCopies }> => {
  const { io, terminal, args } = command;
  if ((await databaseUrl(command)) !== undefined) {
    throw new SyncError('wrong-usage', 'A hub on PostgreSQL is not copied by this command.', {
      hint: 'Use the tools of the database: pg_dump and pg_restore.',
    });
  }
  const { hubData } = await import('../../../compose/hub-place.js');
  const { directory, remark } = hubData(io, args.data);
  if (remark !== undefined) terminal.warn(remark);
  const { hubCopies } = await import('../../../compose/hub-container.js');
  return { copies: hubCopies(directory) };
};

/** Opens the data of the hub that a command is about, and says where they are when that is not obvious. The caller closes it. */
export const openHub = async (
  command: HubCommand,
  access: 'serve' | 'administer',
  logFormat: 'text' | 'json' = 'text',
): Promise<HubContainer> => {
  const { io, terminal, args } = command;
  const url = await databaseUrl(command);
  const { createHubContainer } = await import('../../../compose/hub-container.js');
  const given = { access, logFormat, stderr: io.stderr };
  if (url !== undefined) return createHubContainer({ ...given, databaseUrl: url });
  const { hubData } = await import('../../../compose/hub-place.js');
  const { directory, remark } = hubData(io, args.data);
  if (remark !== undefined) terminal.warn(remark);
  return createHubContainer({ ...given, dataDirectory: directory });
};
