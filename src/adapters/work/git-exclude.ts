import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSyncError } from '../../domain/errors.js';
import { NoPlainFile, placeBelow, textIfPlain, writablePlace } from '../fs/repository-file.js';

/**
 * Adds a line to `info/exclude` unless it is there; the result takes an added one back, as long as the file still
 * reads as it was left. One write a call: killed at any moment, the file has the line or has it not.
 */
export const excludePattern = (commonDir: string, pattern: string): (() => void) => {
  const path = placeOf(commonDir);
  if (path === undefined) return () => undefined;
  const before = textIfPlain(path);
  if (before?.split(/\r?\n/).includes(pattern) === true) return () => undefined;
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  const after = `${before ?? ''}${gap}${pattern}\n`;
  writeFileSync(path, after.slice(before?.length ?? 0), { flag: 'a' });
  return () => {
    if (textIfPlain(path) !== after) return;
    if (before === undefined) rmSync(path);
    else writeFileSync(path, before);
  };
};

/** What else than a file of this repository stands there is not ours to write: the folder is then seen, and no more. */
const placeOf = (commonDir: string): string | undefined => {
  try {
    const info = placeBelow(commonDir, 'info');
    if (info === 'absent') mkdirSync(join(commonDir, 'info'));
    return writablePlace(commonDir, 'info/exclude');
  } catch (error) {
    if (isSyncError(error) || error instanceof NoPlainFile) return undefined;
    throw error;
  }
};
