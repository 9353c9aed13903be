import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BIN } from '../support/run-cli.js';
import type { Tally } from './tally.js';

const SHIM = join(import.meta.dirname, '..', 'support', 'fs-shim', 'shim.cjs');

/** The harness, bundled once for the tests of a file. */
export const bundledHarness = (): { run(...args: readonly (string | number)[]): Promise<Tally> } => {
  let program = '';
  beforeAll(async () => {
    program = await output([join(import.meta.dirname, 'bundle-program.mjs')]);
  });
  afterAll(() => rmSync(dirname(program), { recursive: true, force: true }));
  return {
    run: async (...args) =>
      JSON.parse(await output(['--require', SHIM, program, ...args.map(String)])) as Tally,
  };
};

const output = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, FS_SHIM_PATH: SHIM, CRASH_BIN: BIN },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(stdout) : reject(new Error(stderr))));
  });
