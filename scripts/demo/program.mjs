import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
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
 * Starts a hub on a free port; resolves when it answers. It writes to a file beside its data, because a pipe would bind
 * it to the life of this process.
 */
export const startHub = async (data, env) => {
  const log = `${data}.log`;
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [BIN, 'hub', 'serve', '--port', '0', '--data', data], {
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

const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
