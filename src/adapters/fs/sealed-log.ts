import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory, writeFully } from './atomic-write.js';
import { openLine, parseLine, sealLine, splitLines } from './sealed-line.js';

/** What a log says. `damaged` counts complete lines that are not what was written. */
export interface LogReading {
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  readonly damaged: number;
}

/**
 * Appends entries to a small append-only log, durable when this returns. What follows the last newline was never
 * acknowledged and is cut off, unless it is a whole entry that only lost its newline.
 */
export const appendToLog = (path: string, entries: readonly object[]): void => {
  const descriptor = openSync(path, 'a+', 0o600);
  try {
    const size = fstatSync(descriptor).size;
    const rest = size === 0 ? undefined : splitLines(readFileSync(path)).rest;
    const isWhole = rest !== undefined && rest.length > 0 && openLine(rest) !== undefined;
    if (rest !== undefined && rest.length > 0 && !isWhole) ftruncateSync(descriptor, size - rest.length);
    const lines = entries.map((entry) => `${sealLine(JSON.stringify(entry))}\n`).join('');
    writeFully(descriptor, Buffer.from(`${isWhole ? '\n' : ''}${lines}`, 'utf8'));
    fdatasyncSync(descriptor);
    if (size === 0) syncDirectory(dirname(path));
  } finally {
    closeSync(descriptor);
  }
};

/** The entries of a log; none when it does not exist. An incomplete last line is left out. */
export const readLog = (path: string): LogReading => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], damaged: 0 };
    throw error;
  }
  const { lines, rest } = splitLines(bytes);
  const whole = [...lines, rest].filter(
    (line) => line.length > 0 && (line !== rest || openLine(rest) !== undefined),
  );
  const entries = whole.map(parseLine);
  const readable = entries.filter((entry) => entry !== undefined);
  return { entries: readable, damaged: entries.length - readable.length };
};
