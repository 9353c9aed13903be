/** A process that ticks the Lamport clock: `node clock-worker.mjs <state root> <count>`. It prints each value it got. */
import { join } from 'node:path';
import { JsonLamportStore, LamportFile } from '../../dist/adapters/events/json-lamport-store.js';

const [stateRoot, count] = process.argv.slice(2);
const file = new LamportFile(stateRoot, {
  bootId: 'boot-1',
  mintNodeId: () => '0123456789ab',
  highestCaptured: () => 0,
  nowMs: () => Date.now(),
});
const store = new JsonLamportStore(file, join(stateRoot, 'lock'), 60_000);
for (let done = 0; done < Number(count); done++) {
  const { value } = await store.update((present) => present + 1);
  console.log(value);
}
