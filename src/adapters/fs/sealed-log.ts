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

/**
 * A JSON object with the checksum of its exact bytes as the first key, `{"sum":"1c291ca3",…}`: readable by any JSON
 * tool, and any damage to it is noticed. CRC-32 finds every error of up to 32 adjacent bits.
 */
export const sealLine = (json: string): string => `{"sum":"${checksum(json.slice(1))}",${json.slice(1)}`;

/** The object without its checksum as JSON text, or `undefined` when the bytes are not what was sealed. */
export const openLine = (line: Buffer): string | undefined => {
  const members = openMembers(line);
  return members === undefined ? undefined : `{${members.toString('utf8')}`;
};

/**
 * The same as bytes, and without the brace that opens it: what follows the checksum. The line lies between `start` and
 * `end`.
 */
export const openMembers = (bytes: Buffer, start = 0, end = bytes.length): Buffer | undefined => {
  if (end - start <= PREFIX_LENGTH || !beginsSealed(bytes, start)) return undefined;
  const members = bytes.subarray(start + PREFIX_LENGTH, end);
  return sumAt(bytes, start + OPENING.length) === crc32(members) ? members : undefined;
};

/** The parsed object behind a sealed line, or `undefined` when it is damaged or not an object. */
export const parseLine = (line: Buffer): Fields | undefined => {
  const json = openLine(line);
  return json === undefined ? undefined : (parseJson(json) as Fields | undefined);
};

/** Whether a line, damaged or not, begins as a sealed one does. */
export const beginsSealed = (bytes: Buffer, start = 0): boolean => {
  for (let at = 0; at < OPENING.length; at++) if (bytes[start + at] !== OPENING[at]) return false;
  return true;
};

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
const PREFIX_LENGTH = '{"sum":"00000000",'.length;

const checksum = (bytes: string): string => crc32(bytes).toString(16).padStart(8, '0');

/** The checksum that a line says it has; -1 when it is not spelt as it was written. */
const sumAt = (bytes: Buffer, start: number): number => {
  let sum = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) sum = sum * 16 + byte - ZERO;
    else if (byte >= LETTER_A && byte <= LETTER_F) sum = sum * 16 + byte - LETTER_A + 10;
    else return -1;
  }
  return bytes[start + 8] === QUOTE && bytes[start + 9] === COMMA ? sum : -1;
};

const ZERO = 0x30;
const NINE = 0x39;
const LETTER_A = 0x61;
const LETTER_F = 0x66;
const QUOTE = 0x22;
const COMMA = 0x2c;
