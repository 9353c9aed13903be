import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadOurs } from './ours.mjs';
import { STORES } from './stores.mjs';

const WORKER = fileURLToPath(new URL('store-worker.mjs', import.meta.url));

/** Lets so many processes append so many events in all, at once. Resolves to events per second and the worst wait. */
export const runCrowd = async (store, directory, processes, events) => {
  // The first event of all makes the files, which is another piece of work.
  const first = STORES[store](await loadOurs(), directory);
  await first.append();
  first.close();
  const each = Math.ceil(events / processes);
  const workers = Array.from({ length: processes }, () => startWorker(store, directory, each));
  await Promise.all(workers.map(({ ready }) => ready));
  for (const { child } of workers) child.stdin.write('go\n');
  const results = await Promise.all(workers.map(({ result }) => result));
  const begun = Math.min(...results.map((result) => result.begun));
  const ended = Math.max(...results.map((result) => result.ended));
  return {
    perSecond: (each * processes * 1000) / (ended - begun),
    worstMs: Math.max(...results.map(({ worst }) => worst)),
  };
};

const startWorker = (store, directory, count) => {
  const child = spawn(process.execPath, [WORKER, store, directory, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`a worker of ${store} ended early`);
    return value;
  };
  const ready = next();
  return { child, ready, result: ready.then(next).then(JSON.parse) };
};
