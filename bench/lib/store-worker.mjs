import { writeSync } from 'node:fs';
import { loadOurs } from './ours.mjs';
import { STORES } from './stores.mjs';

/**
 * One of many processes that append at the same time: `node store-worker.mjs <store> <directory> <count>`. Says that
 * it is ready, begins when it is told to, and says when it began, when it ended and how long it waited at worst.
 */
const [store, directory, count] = process.argv.slice(2);
const { append, close } = STORES[store](await loadOurs(), directory);
writeSync(1, 'ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const begun = now();
let worst = 0;
for (let done = 0; done < Number(count); done++) {
  const start = now();
  await append();
  worst = Math.max(worst, now() - start);
}
writeSync(1, `${JSON.stringify({ begun, ended: now(), worst })}\n`);
close();
process.exit(0);

/** Milliseconds on a clock that all processes of the machine share. */
function now() {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
