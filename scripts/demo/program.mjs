import { execFile, spawn } from 'node:child_process';
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

/** Starts a hub on a free port; resolves when it answers. */
export const startHub = (data, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, 'hub', 'serve', '--port', '0', '--data', data], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const listen = (piece) => {
      said += piece;
      const url = /The hub is at (http:\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve({ url, child, stop: () => stop(child) });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', (piece) => (said += piece));
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${said}`)));
  });

const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
