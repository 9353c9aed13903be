import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const GOLDEN = join(import.meta.dirname, '..', 'golden');

/**
 * Holds a text against the file of that name below `test/golden`. With `UPDATE_GOLDEN=1` the file is written first, so
 * that `git diff` shows what has changed; where `CI` is set that is refused, because a run that writes what it expects
 * can only pass.
 */
export const expectGolden = (name: string, text: string): void => {
  const path = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    if ((process.env['CI'] ?? '') !== '') throw new Error('UPDATE_GOLDEN is for people, not for CI.');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
};
