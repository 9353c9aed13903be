import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { QUIET, ROOT, Window, type Editor } from './editor.js';

export interface BrowserOnly {
  readonly window: Window;
  close(): Promise<void>;
}

/**
 * A window that has no machine behind it: the workbench that the server of `editor` has, told of no remote, with our
 * extension in a worker of the browser. Its folder is in the memory of another extension there: `files` by their paths.
 */
export const openBrowserOnly = async (
  editor: Editor,
  files: Readonly<Record<string, string>>,
): Promise<BrowserOnly> => {
  const guest: Readonly<Record<string, string>> = {
    '/own/files/package.json': JSON.stringify(MANIFEST),
    '/own/files/main.js': PROVIDER.replace('FILES', () => JSON.stringify(files)),
  };
  const server = createServer(async ({ url = '/', headers: { host = '' } }, response) => {
    const { pathname: path } = new URL(url, `http://${host}`);
    const ours = join(ROOT, normalize(path.replace('/own/', '')));
    const type = path.endsWith('.json') ? 'application/json' : 'text/javascript';
    if (guest[path] !== undefined) response.writeHead(200, { 'content-type': type }).end(guest[path]);
    else if (!path.startsWith('/own/')) await passOn(editor, url, host, response);
    else if (!existsSync(ours)) response.writeHead(404).end();
    else createReadStream(ours).pipe(response.writeHead(200, { 'content-type': type }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const window = new Window(await editor.newPage());
  await window.begin(`http://127.0.0.1:${port}/?folder=mem:/project`);
  return {
    window,
    close: async () => {
      await window.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** What the editor's server says, but for the remote: its page names none, and its program does not think of one. */
const passOn = async (
  editor: Editor,
  url: string,
  authority: string,
  response: ServerResponse,
): Promise<void> => {
  const answer = await fetch(`http://127.0.0.1:${editor.port}${url}`, { redirect: 'manual' });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isText = url.endsWith('/workbench.js') || answer.headers.get('content-type')?.startsWith('text/html');
  const body = isText === true ? withoutRemote(bytes.toString(), authority) : bytes;
  const kept = [...answer.headers].filter(
    ([name]) => !/^(?:content-(?:encoding|length)|transfer)/.test(name),
  );
  response.writeHead(answer.status, Object.fromEntries(kept)).end(body);
};

const withoutRemote = (text: string, authority: string): string =>
  text
    .replace('remoteAuthority:location.host', '')
    .replace(/(web-configuration" data-settings=")([^"]*)"/, (_whole, before, settings) => {
      const { remoteAuthority: _remote, ...config } = JSON.parse(settings.replaceAll('&quot;', '"'));
      const additionalBuiltinExtensions = ['extension', 'files'].map((name) => ({
        ...{ scheme: 'http', authority, path: `/own/${name}` },
      }));
      const own = { ...config, additionalBuiltinExtensions, configurationDefaults: QUIET };
      return `${before}${JSON.stringify(own).replaceAll('"', '&quot;')}"`;
    });

const MANIFEST = {
  publisher: 'spec-kitty-test',
  name: 'files',
  version: '0.0.1',
  engines: { vscode: '^1.90.0' },
  browser: './main.js',
  activationEvents: ['onFileSystem:mem', '*'],
};

/** As much of a file system as the window asks for; what is written tells that it has changed. */
const PROVIDER = `
const vscode = require('vscode');
const files = new Map(Object.entries(FILES).map(([path, text]) => ['/project/' + path, new TextEncoder().encode(text)]));
const changed = new vscode.EventEmitter();
const below = (path) => [...files.keys()].filter((each) => each.startsWith(path.replace(/\\/$/, '') + '/'));
const gone = (uri) => vscode.FileSystemError.FileNotFound(uri);
exports.activate = () => void vscode.workspace.registerFileSystemProvider('mem', {
  onDidChangeFile: changed.event,
  watch: () => new vscode.Disposable(() => undefined),
  stat: (uri) => {
    const size = files.get(uri.path)?.length;
    if (size === undefined && below(uri.path).length === 0) throw gone(uri);
    return { type: size === undefined ? 2 : 1, ctime: 0, mtime: Date.now(), size: size ?? 0 };
  },
  readDirectory: (uri) => {
    const start = uri.path.replace(/\\/$/, '').length + 1;
    const names = below(uri.path).map((path) => path.slice(start).split('/'));
    return [...new Map(names.map(([name, ...rest]) => [name, rest.length === 0 ? 1 : 2]))];
  },
  readFile: (uri) => {
    if (!files.has(uri.path)) throw gone(uri);
    return files.get(uri.path);
  },
  writeFile: (uri, content) => {
    files.set(uri.path, content);
    changed.fire([{ type: 1, uri }]);
  },
  createDirectory: () => undefined,
  delete: () => undefined,
  rename: () => undefined,
});
`;
