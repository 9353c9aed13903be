import { once } from 'node:events';
import { resolve } from 'node:path';
import { SyncError } from '../../../../domain/errors.js';
import type { ListenerOptions } from '../../../compose/open-hub.js';
import {
  choice,
  defineCommand,
  needed,
  number,
  text,
  type ArgsOf,
  type CommandContext,
} from '../../define-command.js';
import { bold } from '../../render/text.js';
import { dataOption, hubCopiesOf, openHubOf, PLACE, readText } from './hub.js';

const OPTIONS = {
  port: number('port to listen on; 8787 when not given, 0 for any free one'),
  host: text('address to listen on; 127.0.0.1 when not given', 'ADDRESS'),
  ...PLACE,
  'public-url': text(
    'address under which people know the hub, when a proxy is in front of it or it has a name',
    'URL',
  ),
  'tls-cert': text('certificate chain (PEM) to serve https with', 'FILE'),
  'tls-key': text('private key (PEM) of the certificate', 'FILE'),
  'log-format': choice('how messages are written, json as one object a line; text when not given', [
    'text',
    'json',
  ]),
  'metrics-token-file': text(
    'file with the token that opens /metrics; without it they are for this machine',
    'FILE',
  ),
} as const;

type Serving = CommandContext<ArgsOf<typeof OPTIONS>>;

/** The commands about the hub itself: it is served, and all that it has is copied out of its place and back. */
export const serveCommands = [
  defineCommand({
    path: 'hub serve',
    summary: 'serve a hub for your team',
    details:
      'Runs until it is interrupted, then answers what is under way and stops. The address of a database may also be in SPEC_KITTY_DATABASE_URL.',
    options: OPTIONS,
    examples: [
      ['spec-kitty hub serve --port 8787', 'a hub on this machine'],
      ['spec-kitty hub serve --database-url-file url', 'one of several hubs on a PostgreSQL database'],
    ],
    run: async (context) => {
      const { signal, terminal } = context;
      const listener = await listenerOf(context);
      const metricsToken = await metricsTokenOf(context);
      const opened = await openHubOf(context, 'serve', context.args.logFormat);
      try {
        const hub = await opened.serve(listener, metricsToken);
        terminal.print(['The hub is at ', bold(hub.url)]);
        terminal.note(
          hub.setupUrl === undefined
            ? `next, in another terminal:\n  spec-kitty auth login --server ${hub.url}`
            : `Nobody can sign in yet. Make the first user on this page, which works once:\n  ${hub.setupUrl}`,
        );
        if (!signal.aborted) await once(signal, 'abort');
        await hub.close();
        return { data: { url: hub.url, stopped: true } };
      } finally {
        await opened.close();
      }
    },
  }),
  defineCommand({
    path: 'hub backup',
    summary: 'write all that the hub has into one file, while it serves',
    positionals: { file: needed('a file that is not there yet; private, since it holds all events') },
    options: PLACE,
    examples: [['spec-kitty hub backup hub-monday.sqlite', 'as it is at this moment']],
    run: async (context) => {
      const file = resolve(context.io.cwd, context.args.file);
      await (await hubCopiesOf(context)).backUp(file);
      return { data: { file }, text: ['All that the hub has is in ', bold(file), '.'] };
    },
  }),
  defineCommand({
    path: 'hub restore',
    summary: 'put a backup in the place of what the hub has',
    details:
      'The hub has to be stopped; what it had is kept beside. Clients notice, and offer again what they delivered since the backup and still have.',
    positionals: { file: needed('a file that `hub backup` wrote') },
    options: PLACE,
    examples: [['spec-kitty hub restore hub-monday.sqlite', 'after the disk was lost']],
    run: async (context) => {
      const file = resolve(context.io.cwd, context.args.file);
      const former = await (await hubCopiesOf(context)).restore(file);
      context.terminal.warn(
        'What was taken back since the backup is open again: look at hub user list, hub session list and hub token list.',
      );
      return {
        data: { file, former },
        text: [
          'The hub is as it was in ',
          bold(file),
          former === undefined ? '.' : `. What it had before is in ${former}.`,
          ' Clients offer again what they delivered since.',
        ],
        next: [`spec-kitty hub serve${dataOption(context)}`],
      };
    },
  }),
];

const metricsTokenOf = async (context: Serving): Promise<string | undefined> => {
  const { metricsTokenFile: file } = context.args;
  if (file === undefined) return undefined;
  const hint = 'Write one line with a token of your own choice, at least 16 characters long.';
  const token = (await readText(context, file, hint)).trim();
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  throw new SyncError('wrong-usage', `${file} holds no token for /metrics.`, { hint });
};

const DEFAULT_PORT = 8787;

const listenerOf = async (context: Serving): Promise<ListenerOptions> => {
  const { port = DEFAULT_PORT, host = '127.0.0.1', publicUrl, tlsCert, tlsKey } = context.args;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SyncError('wrong-usage', '--port takes a number from 0 to 65535.');
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new SyncError('wrong-usage', '--tls-cert and --tls-key belong together.');
  }
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:/.test(publicUrl))) {
    throw new SyncError('wrong-usage', '--public-url takes an address such as https://hub.example.com.');
  }
  const place = { host, port, ...(publicUrl === undefined ? {} : { publicUrl }) };
  if (tlsCert === undefined || tlsKey === undefined) return place;
  const [cert = '', key = ''] = await Promise.all(
    [tlsCert, tlsKey].map((path) => readText(context, path, 'Name a PEM file.')),
  );
  return { ...place, tls: { cert, key } };
};
