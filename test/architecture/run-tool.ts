import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..', '..');

/** A small house beside the real one, in which every rule is broken once. */
export const PLANTED_HOUSE = join(ROOT, 'test', 'architecture', 'fixtures', 'house');

/** Runs a JavaScript tool of this project in a directory and parses the JSON that it prints, whatever it exits with. */
export const runTool = (script: string, args: readonly string[], cwd: string): unknown => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout.trim() === '') throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
};
