import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync, readFileSync } from 'node:fs';
import { runProcess } from './processes.mjs';
import { BIN, WORK_PACKAGE } from './scratch.mjs';

/**
 * The command that is measured: it takes WP01 to the other one of two lanes, so that every round does the same work.
 * `program`: another file in place of the built program.
 */
export const moveTask = (user, project, program = BIN) => {
  let lane = 'planned';
  return async () => {
    lane = lane === 'doing' ? 'planned' : 'doing';
    await runProcess([program, 'agent', 'tasks', 'move-task', 'WP01', '--to', lane], {
      env: user.env,
      cwd: project,
    });
  };
};

/** What git alone takes for the commit that the command makes: the same file, changed as much. */
export const bareCommit = (user, project) => {
  const path = join(project, WORK_PACKAGE);
  let round = 0;
  const change = () => {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^lane: \w+$/m, `lane: ${round++ % 2 === 0 ? 'doing' : 'planned'}`));
  };
  return { before: change, run: () => runGit(user, project, COMMIT) };
};

const COMMIT = [
  ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'],
  ...['commit', '--quiet', '--only', '--message=Move', '--', WORK_PACKAGE],
];

/** Runs git as this user, from start to exit, and fails when it does. */
export const runGit = (user, project, args) =>
  new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: project, env: user.env, stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`git ${args.join(' ')} ended with ${code}`)),
    );
  });
