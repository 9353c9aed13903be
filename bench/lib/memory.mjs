import { fileURLToPath } from 'node:url';
import { loadOurs } from './ours.mjs';
import { runProcess } from './processes.mjs';
import { openOurs } from './stores.mjs';

/** Megabytes that a fresh process holds after it has captured one event in this outbox. */
export const rssAfterCapture = async (directory) =>
  Number(await runProcess([fileURLToPath(import.meta.url), directory]));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await openOurs(await loadOurs(), process.argv[2]).append();
  process.stdout.write(String(process.memoryUsage().rss / 1e6));
}
