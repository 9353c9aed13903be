import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DashboardFiles } from '../../ports/hub.js';

/** Reads what the build made of the dashboard; `undefined` when there is nothing, as in sources that are not built. */
export const readDashboard = async (directory: URL): Promise<DashboardFiles | undefined> => {
  const names = await readdir(fileURLToPath(directory)).catch(() => []);
  const assets = new Map<string, { readonly contentType: string; readonly body: string }>();
  for (const name of names) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    assets.set(name, { contentType, body: await readFile(new URL(name, directory), 'utf8') });
  }
  const page = assets.get('index.html')?.body;
  assets.delete('index.html');
  return page === undefined ? undefined : { page, assets };
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
