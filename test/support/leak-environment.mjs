import { TestEnvironment } from 'jest-environment-node';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Node's environment, which fails a test file that leaves something behind: a listening server, a child process, a
 * file watcher. What closes asynchronously is given a moment.
 */
export default class LeakEnvironment extends TestEnvironment {
  #before = count();

  async teardown() {
    await super.teardown();
    let left = leftOver(this.#before);
    for (let waited = 0; left.length > 0 && waited < PATIENCE_MS; waited += STEP_MS) {
      await delay(STEP_MS);
      left = leftOver(this.#before);
    }
    if (left.length > 0) throw new Error(`The test file left this open: ${left.join(', ')}.`);
  }
}

const PATIENCE_MS = 4000;
const STEP_MS = 20;
const WATCHED = ['TCPServerWrap', 'PipeServerWrap', 'UDPWrap', 'ProcessWrap', 'FSEventWrap', 'StatWatcher'];

const count = () => {
  const counts = new Map();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

const leftOver = (before) => {
  const now = count();
  return WATCHED.filter((name) => (now.get(name) ?? 0) > (before.get(name) ?? 0));
};
