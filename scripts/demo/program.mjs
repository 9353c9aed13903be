import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../dist/bin/spec-kitty.cjs', import.meta.url));

/** Runs the built program and returns what a shell would see. */
export const spawnProgram = (args, { cwd, env, input = '' }) =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr }),
    );
    child.stdin.end(input);
  });

/**
 * Starts a hub on a free port; resolves when it answers. `place` says where its data are, when not in `data`. It writes to a file beside its data, because a pipe would bind
 * it to the life of this process.
 */
export const startHub = async (data, env, place = ['--data', data]) => {
  const log = `${data}.log`;
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [BIN, 'hub', 'serve', '--port', '0', ...place], {
    env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  for (;;) {
    const said = readFileSync(log, 'utf8');
    const url = /The hub is at (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return { url, child, stop: () => stop(child) };
    if (child.exitCode !== null) throw new Error(`the hub ended with ${child.exitCode}:\n${said}`);
    await delay(20);
  }
};

/** Ends the background process of a state root, if there is one, and waits until it is gone. */
export const endBackground = async (stateRoot) => {
  let heartbeat;
  try {
    heartbeat = JSON.parse(readFileSync(join(stateRoot, 'sync', 'heartbeat.json'), 'utf8'));
  } catch {
    return;
  }
  const { processId, left } = heartbeat;
  if (left !== undefined) return;
  for (let waitedMs = 0; signal(processId, waitedMs === 0 ? 'SIGTERM' : 0); waitedMs += STEP_MS) {
    if (waitedMs > PATIENCE_MS) signal(processId, 'SIGKILL');
    await delay(STEP_MS);
  }
};

const STEP_MS = 20;
const PATIENCE_MS = 5000;

/** Whether the process was there to hear it. */
const signal = (processId, name) => {
  try {
    return process.kill(processId, name);
  } catch {
    return false;
  }
};

const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
