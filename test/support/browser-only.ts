import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { ROOT, Window, type Editor } from './editor.js';

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
    '/files/package.json': JSON.stringify(MANIFEST),
    '/files/main.js': PROVIDER.replace('FILES', JSON.stringify(files)),
  };
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://extensions').pathname;
    const ours = join(ROOT, 'extension', normalize(path.replace(/^\/extension\//, '')));
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', path.endsWith('.json') ? 'application/json' : 'text/javascript');
    if (guest[path] !== undefined) response.end(guest[path]);
    else if (path.startsWith('/extension/') && existsSync(ours)) createReadStream(ours).pipe(response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await editor.newPage();
  await page.route(/\/\?folder=/, async (route: any) => {
    const response = await route.fetch();
    const html: string = await response.text();
    const body = html.replace(/(web-configuration" data-settings=")([^"]*)"/, (_whole, before, settings) => {
      const { remoteAuthority: _remote, ...kept } = JSON.parse(settings.replaceAll('&quot;', '"'));
      const additionalBuiltinExtensions = ['extension', 'files'].map((name) => ({
        ...{ scheme: 'http', authority, path: `/${name}` },
      }));
      const config = JSON.stringify({ ...kept, additionalBuiltinExtensions });
      return `${before}${config.replaceAll('"', '&quot;')}"`;
    });
    await route.fulfill({ response, body });
  });
  await page.route('**/workbench/workbench.js', async (route: any) => {
    const response = await route.fetch();
    const program: string = await response.text();
    await route.fulfill({ response, body: program.replace('remoteAuthority:location.host', '') });
  });
  const window = new Window(page);
  await window.begin(`http://127.0.0.1:${editor.port}/?folder=mem:/project`);
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
