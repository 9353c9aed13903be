import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let flushes = 0;
for (const name of ['fsyncSync', 'fdatasyncSync']) {
  const original = fs[name];
  fs[name] = (descriptor) => {
    flushes++;
    return original(descriptor);
  };
}
syncBuiltinESMExports();

/** How often this process has asked for a sync to disk while `work` ran. */
export const countFlushes = async (work) => {
  const before = flushes;
  await work();
  return flushes - before;
};
