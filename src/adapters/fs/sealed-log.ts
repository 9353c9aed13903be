import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory, writeFully } from './atomic-write.js';
import { lineWithoutNewline, parseLine, sealLine, splitJoined, splitLines } from './sealed-line.js';

export type LogEntry = Readonly<Record<string, unknown>>;

/**
 * Appends entries to a small append-only log, durable when this returns. What follows the last newline was never
 * acknowledged and is cut off, unless it is a whole entry that only lost its newline. Who has not the log's lock
 * (`beside`) cuts nothing: it may be what another process is writing.
 */
export const appendToLog = (
  path: string,
  entries: readonly object[],
  held: 'held' | 'beside' = 'held',
): void => {
  const descriptor = openSync(path, 'a+', 0o600);
  try {
    const size = fstatSync(descriptor).size;
    // Before the first entry, so that no later writer can find entries in a file whose name is not durable.
    if (size === 0) syncDirectory(dirname(path));
    const rest = endsWithNewline(descriptor, size) ? NOTHING : splitLines(readFileSync(path)).rest;
    const whole = held === 'held' ? lineWithoutNewline(rest) : rest;
    const kept = size - rest.length + (whole?.length ?? 0);
    if (kept < size) ftruncateSync(descriptor, kept);
    const lines = entries.map((entry) => `${sealLine(JSON.stringify(entry))}\n`).join('');
    const isOpenLine = whole !== undefined && rest.length > 0;
    writeFully(descriptor, Buffer.from(`${isOpenLine ? '\n' : ''}${lines}`, 'utf8'));
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * The lines of a log, `undefined` for one that is not what was written; none when there is no file. An incomplete last
 * line is left out.
 */
export const readLog = (path: string): readonly (LogEntry | undefined)[] => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const { lines, rest } = splitLines(bytes);
  const last = lineWithoutNewline(rest);
  return [...lines.flatMap(splitJoined), ...(last === undefined ? [] : [last])].map(parseLine);
};

const NOTHING = Buffer.alloc(0);

const endsWithNewline = (descriptor: number, size: number): boolean => {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] === 0x0a;
};
