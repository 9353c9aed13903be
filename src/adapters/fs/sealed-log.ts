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
import { unlessAbsent } from './storage-failure.js';
import { crc32 } from 'node:zlib';
import { type Fields, parseJson } from '../../domain/document.js';

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
  const { lines, rest } = splitLines(unlessAbsent(() => readFileSync(path), NOTHING));
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

/**
 * A JSON object with the checksum of its exact bytes as the first key, `{"sum":"1c291ca3",…}`: readable by any JSON
 * tool, and any damage to it is noticed. CRC-32 finds every error of up to 32 adjacent bits.
 */
export const sealLine = (json: string): string => prefixOf(json.slice(1)) + json.slice(1);

/** The object without its checksum as JSON text, or `undefined` when the bytes are not what was sealed. */
export const openLine = (line: Buffer): string | undefined => {
  const members = openMembers(line);
  return members === undefined ? undefined : `{${members.toString('utf8')}`;
};

/** The same as bytes, and without the brace that opens it: what follows the checksum. */
export const openMembers = (line: Buffer): Buffer | undefined => {
  const members = line.subarray(PREFIX_LENGTH);
  return line.toString('latin1', 0, PREFIX_LENGTH) === prefixOf(members) ? members : undefined;
};

/** The parsed object behind a sealed line, or `undefined` when it is damaged or not an object. */
export const parseLine = (line: Buffer): Fields | undefined => {
  const json = openLine(line);
  return json === undefined ? undefined : (parseJson(json) as Fields | undefined);
};

/** Whether a line, damaged or not, begins as a sealed one does. */
export const beginsSealed = (line: Buffer): boolean => line.subarray(0, OPENING.length).equals(OPENING);

/** The lines that a line consists of: where damage hit the newline between two, each of them is still whole. */
export const splitJoined = (line: Buffer): readonly Buffer[] => {
  const second = openLine(line) === undefined ? line.indexOf(OPENING, 1) : -1;
  return second === -1 ? [line] : [line.subarray(0, second - 1), ...splitJoined(line.subarray(second))];
};

/** The line in what follows the last newline, when it is whole and only its own newline is missing or damaged. */
export const lineWithoutNewline = (rest: Buffer): Buffer | undefined =>
  [rest, rest.subarray(0, -1)].find((line) => openLine(line) !== undefined);

/** The lines of a file: complete ones without their newline, and what follows the last newline. */
export const splitLines = (bytes: Buffer): { readonly lines: readonly Buffer[]; readonly rest: Buffer } => {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: bytes.subarray(start) };
};

const NEWLINE = 0x0a;
const OPENING = Buffer.from('{"sum":"');

const prefixOf = (members: string | Buffer): string =>
  `{"sum":"${crc32(members).toString(16).padStart(8, '0')}",`;

const PREFIX_LENGTH = prefixOf('').length;
