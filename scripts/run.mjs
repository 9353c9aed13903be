import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { ROOT } from './bundle.mjs';

const require = createRequire(import.meta.url);

/** Path of an executable that a development dependency brings, as its manifest names it. */
export const toolOf = (name, executable = name) => {
  const manifest = join(ROOT, 'node_modules', name, 'package.json');
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[executable]);
};

/** Runs a Node program to its end; resolves to its exit code and everything it said, in the order it came. */
export const runNode = (args, { env = process.env, inherit = false, timeoutMs } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env,
      timeout: timeoutMs,
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });

/** Arguments that run Jest: its ES modules need a flag, which is not worth a warning for every worker. */
export const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', toolOf('jest')];
