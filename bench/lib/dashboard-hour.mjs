import { moveOf, places } from './dashboard.mjs';

const LOOK_EVERY_MS = 10 * 60_000;

/**
 * Leaves the board open for so many real minutes while `rate` events a second come one by one. Returns what its scripts
 * hold, and how many nodes its document has, after a collection of garbage at the start, every ten minutes and at the end.
 */
export const watchMemory = async ({ send, metric, heapMib }, minutes, rate) => {
  const startMs = Date.now();
  const rows = [];
  let sent = 0;
  const look = async () => {
    const minute = Math.round((Date.now() - startMs) / 60_000);
    rows.push({ minute, sent, heapMib: Number((await heapMib()).toFixed(2)), nodes: await metric('Nodes') });
    process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
  };
  await look();
  for (let passedMs = 0; passedMs < minutes * 60_000; passedMs = Date.now() - startMs) {
    if (passedMs >= rows.length * LOOK_EVERY_MS) await look();
    await send([moveOf(places[(sent * 7) % places.length])]);
    sent += 1;
    const waitMs = startMs + (sent / rate) * 1000 - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  }
  await look();
  return rows;
};
