import { resolve } from 'node:path';
import { SyncError } from '../../../../domain/errors.js';
import type { Hub, HubCopies } from '../../../compose/open-hub.js';
import { text, type ArgsOf, type CommandContext } from '../../define-command.js';
import { readNamed } from '../shared/named-file.js';
import { quotedPath } from '../shared/next-command.js';

/** The options that say which hub a command is about. */
export const PLACE = {
  data: text("directory of the hub's data; `spec-kitty-hub` among your data when not given", 'DIR'),
  'database-url-file': text('file with the address of a PostgreSQL database, instead of a directory', 'FILE'),
} as const;

type OfHub = ArgsOf<typeof PLACE>;

type HubCommand = CommandContext<OfHub>;

/** What a command does with a hub, which may serve meanwhile; what was opened for it is closed. */
export const withHub =
  <A extends OfHub, R>(work: (hub: Hub, context: CommandContext<A>) => Promise<R>) =>
  async (context: CommandContext<A>): Promise<R> => {
    const hub = await openHubOf(context, 'administer');
    try {
      return await work(hub, context);
    } finally {
      await hub.close();
    }
  };

/** ` --data DIR` or ` --database-url-file FILE` as it was given; empty when it was not. */
export const dataOption = ({ args: { data, databaseUrlFile } }: HubCommand): string => {
  if (data !== undefined) return ` --data ${quotedPath(data)}`;
  return databaseUrlFile === undefined ? '' : ` --database-url-file ${quotedPath(databaseUrlFile)}`;
};

type Place = { readonly dataDirectory: string } | { readonly databaseUrl: string };

/**
 * Where the data are that a command is about. The address of a database holds a
 * password, so that it comes from a file or the environment, and is never part of a message.
 */
const placeOf = async (context: HubCommand): Promise<Place> => {
  const { args, io } = context;
  const { data, databaseUrlFile: file } = args;
  if (data !== undefined && file !== undefined)
    throw new SyncError('wrong-usage', 'A hub has either --data or --database-url-file.');
  const hint = `Write one line such as postgres://user:password@host:5432/name.`;
  const given = file === undefined ? io.env[DATABASE_URL] : await readText(context, file, hint);
  const databaseUrl = given?.trim() ?? '';
  if (data !== undefined || (file === undefined && databaseUrl === '')) {
    const { hubDirectory } = await import('../../../compose/hub-place.js');
    return { dataDirectory: hubDirectory(io, data) };
  }
  if (/^postgres(ql)?:\/\/\S+$/.test(databaseUrl) && URL.canParse(databaseUrl)) return { databaseUrl };
  throw new SyncError('wrong-usage', `${file ?? DATABASE_URL} holds no address of a PostgreSQL database.`, {
    hint,
  });
};

/** The text of a file that an option names. */
export const readText = ({ io, signal }: HubCommand, path: string, hint: string): Promise<string> =>
  readNamed({ path: resolve(io.cwd, path), called: 'The file', hint }, signal);

const DATABASE_URL = 'SPEC_KITTY_DATABASE_URL';

/** What copies the data that a command is about, without opening them. */
export const hubCopiesOf = async (context: HubCommand): Promise<HubCopies> => {
  const place = await placeOf(context);
  if ('databaseUrl' in place) {
    throw new SyncError('wrong-usage', 'A hub on PostgreSQL is not copied by this command.', {
      hint: 'Use the tools of the database: pg_dump and pg_restore.',
    });
  }
  const { hubCopies } = await import('../../../compose/open-hub.js');
  return hubCopies(place.dataDirectory);
};

/** Opens the data of the hub that a command is about. The caller closes it. */
export const openHubOf = async (
  context: HubCommand,
  access: 'serve' | 'administer',
  logFormat: 'text' | 'json' = 'text',
): Promise<Hub> => {
  const place = await placeOf(context);
  const { openHub } = await import('../../../compose/open-hub.js');
  return openHub({ ...place, access, logFormat, stderr: context.io.stderr });
};
