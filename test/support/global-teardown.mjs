import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SENTINEL, SENTINEL_TEXT, stateOf } from './global-setup.mjs';
import { processesMarked } from './marked-processes.mjs';

/** Fails the run when it left something behind: a process, a file in its home, a change in the user's real home. */
export default async () => {
  const { id, run, home, realHome, realStateBefore } = globalThis.specKittyTestRun;
  const problems = [];
  for (const { pid, command } of await survivors(id)) {
    problems.push(`process ${pid} is still there: ${command}`);
    process.kill(pid, 'SIGKILL');
  }
  const found = readdirSync(home, { recursive: true });
  if (
    found.length !== 1 ||
    found[0] !== SENTINEL ||
    readFileSync(join(home, SENTINEL), 'utf8') !== SENTINEL_TEXT
  ) {
    problems.push(`the home of the run was written to: ${found.join(', ')}`);
  }
  // Where people work, the program may be at work meanwhile, too.
  if (process.env.CI !== undefined && stateOf(realHome) !== realStateBefore) {
    problems.push(`${join(realHome, '.spec-kitty')} has changed`);
  }
  rmSync(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  if (problems.length > 0) throw new Error(`The test run left something behind:\n  ${problems.join('\n  ')}`);
};

const PATIENCE_MS = 3000;
const STEP_MS = 50;

const survivors = async (id) => {
  let left = processesMarked('SPEC_KITTY_TEST_RUN', id);
  for (let waited = 0; left.length > 0 && waited < PATIENCE_MS; waited += STEP_MS) {
    await delay(STEP_MS);
    left = processesMarked('SPEC_KITTY_TEST_RUN', id);
  }
  return left;
};
