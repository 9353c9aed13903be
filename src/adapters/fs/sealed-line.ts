import { crc32 } from 'node:zlib';

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

/** The same as bytes, and without the brace that opens it: what follows the checksum. */
export const openMembers = (line: Buffer): Buffer | undefined => {
  if (line.length <= PREFIX_LENGTH || !beginsSealed(line)) return undefined;
  const members = line.subarray(PREFIX_LENGTH);
  return sumOf(line) === crc32(members) ? members : undefined;
};

/** The parsed object behind a sealed line, or `undefined` when it is damaged or not an object. */
export const parseLine = (line: Buffer): Readonly<Record<string, unknown>> | undefined => {
  const json = openLine(line);
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};

/** Whether a line, damaged or not, begins as a sealed one does. */
export const beginsSealed = (line: Buffer): boolean => {
  for (let at = 0; at < OPENING.length; at++) if (line[at] !== OPENING[at]) return false;
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
const SUM_END = OPENING.length + 8;
const PREFIX_LENGTH = '{"sum":"00000000",'.length;

const checksum = (bytes: string): string => crc32(bytes).toString(16).padStart(8, '0');

/** The checksum that a line says it has; -1 when it is not spelt as it was written. */
const sumOf = (line: Buffer): number => {
  let sum = 0;
  for (let at = OPENING.length; at < SUM_END; at++) {
    const digit = HEX_DIGITS.indexOf(line[at] as number);
    if (digit === -1) return -1;
    sum = sum * 16 + digit;
  }
  return line[SUM_END] === 0x22 && line[SUM_END + 1] === 0x2c ? sum : -1;
};

const HEX_DIGITS: readonly number[] = [...Buffer.from('0123456789abcdef')];
