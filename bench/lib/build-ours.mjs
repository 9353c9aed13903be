import { build, stop } from 'esbuild';
import { ROOT } from '../../scripts/bundle.mjs';
import { OURS } from './ours.mjs';

/** Compiles what is measured in process; the worker processes load the same file. */
export const buildOurs = async () => {
  await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: `
        export { LowdbOutboxes, highestCapturedClock } from './src/adapters/outbox/lowdb-outbox.ts';
        export { LamportFile } from './src/adapters/events/json-lamport-store.ts';
        export { lockFile } from './src/adapters/fs/process-lock.ts';
        export { NodeMachine, UlidEventIdSource } from './src/adapters/host/node-host.ts';
        export { batchCourier } from './src/app/delivery/courier.ts';
        export { Flush } from './src/app/delivery/flush.ts';
        export { GotBatchTransport } from './src/adapters/delivery/got-batch-transport.ts';
        export { JsonIntentStore } from './src/adapters/work/json-intent-store.ts';
      `,
      resolveDir: ROOT,
      loader: 'ts',
    },
    outfile: OURS,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'error',
  });
  await stop();
};
