import { resolve } from 'node:path';
import { SyncError } from '../../../../domain/errors.js';
import { readNamed } from '../shared/named-file.js';
import type { ListenerOptions } from '../../../compose/hub-parts.js';
import type { CommandContext, Report } from '../../define-command.js';
import type { Io } from '../../io.js';
import { bold } from '../../render/text.js';
import { openHub, type OfHub } from './hub.js';

interface Args extends OfHub {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly publicUrl: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly logFormat: string | undefined;
  readonly metricsTokenFile: string | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, io, signal, terminal } = context;
  const listener = await listenerOf(args, io, signal);
  const metricsToken = await metricsTokenOf(args, io, signal);
  const container = await openHub(context, 'serve', logFormatOf(args));
  try {
    const serve = await container.get('serve');
    const hub = await serve(listener, metricsToken);
    terminal.print(['The hub is at ', bold(hub.url)]);
    if (hub.setupUrl === undefined) {
      terminal.note(`next, in another terminal:\n  spec-kitty auth login --server ${hub.url}`);
    } else
      terminal.note(
        `Nobody can sign in yet. Make the first user on this page, which works once:\n  ${hub.setupUrl}`,
      );
    await untilAborted(signal);
    await hub.close();
    return { data: { url: hub.url, stopped: true } };
  } finally {
    await container.close();
  }
};

const logFormatOf = ({ logFormat = 'text' }: Args): 'text' | 'json' => {
  if (logFormat === 'text' || logFormat === 'json') return logFormat;
  throw new SyncError('wrong-usage', '--log-format takes text or json.');
};

const metricsTokenOf = async (
  { metricsTokenFile: file }: Args,
  io: Io,
  signal: AbortSignal,
): Promise<string | undefined> => {
  if (file === undefined) return undefined;
  const hint = 'Write one line with a token of your own choice, at least 16 characters long.';
  const token = (await readNamed({ path: resolve(io.cwd, file), called: 'The file', hint }, signal)).trim();
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  throw new SyncError('wrong-usage', `${file} holds no token for /metrics.`, { hint });
};

const DEFAULT_PORT = 8787;

const listenerOf = async (args: Args, io: Io, signal: AbortSignal): Promise<ListenerOptions> => {
  const { port = DEFAULT_PORT, host = '127.0.0.1', tlsCert, tlsKey } = args;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SyncError('wrong-usage', '--port takes a number from 0 to 65535.');
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new SyncError('wrong-usage', '--tls-cert and --tls-key belong together.');
  }
  const { publicUrl } = args;
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:/.test(publicUrl))) {
    throw new SyncError('wrong-usage', '--public-url takes an address such as https://hub.example.com.');
  }
  const place = { host, port, ...(publicUrl === undefined ? {} : { publicUrl }) };
  if (tlsCert === undefined || tlsKey === undefined) return place;
  const readPem = (path: string): Promise<string> =>
    readNamed({ path: resolve(io.cwd, path), called: 'The file', hint: 'Name a PEM file.' }, signal);
  const [cert, key] = await Promise.all([readPem(tlsCert), readPem(tlsKey)]);
  return { ...place, tls: { cert, key } };
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
