import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Adds a line to `info/exclude` unless it is there; the result takes an added one back, as long as the file still
 * reads as it was left. One write a call: killed at any moment, the file has the line or has it not.
 */
export const excludePattern = (commonDir: string, pattern: string): (() => void) => {
  const path = join(commonDir, 'info', 'exclude');
  const before = textOf(path);
  if (before?.split(/\r?\n/).includes(pattern) === true) return () => undefined;
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n';
  const after = `${before ?? ''}${gap}${pattern}\n`;
  mkdirSync(join(commonDir, 'info'), { recursive: true });
  writeFileSync(path, after.slice(before?.length ?? 0), { flag: 'a' });
  return () => {
    if (textOf(path) !== after) return;
    if (before === undefined) rmSync(path);
    else writeFileSync(path, before);
  };
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
