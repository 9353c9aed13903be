import { SyncError } from '../../../../domain/errors.js';
import type { Io, Source } from '../../io.js';

/** Reads one line that a person types without showing it; from a pipe, its first line. */
export const askSecret = async (io: Io, question: string): Promise<string> => {
  const source = io.stdin();
  if (!source.isTTY) return readLine(source);
  io.stderr.write(question);
  source.setRawMode?.(true);
  try {
    return await readTyped(source);
  } finally {
    source.setRawMode?.(false);
    io.stderr.write('\n');
  }
};

/** Asks for one line that may be seen. */
export const askLine = async (io: Io, question: string): Promise<string> => {
  io.stderr.write(question);
  return (await readLine(io.stdin())).trim();
};

/** Only `y` and `yes` are a yes, and silence is a no. */
export const askYesNo = async (io: Io, question: string): Promise<boolean> => {
  const answer = (await askLine(io, `${question} [y/N] `)).toLowerCase();
  return answer === 'y' || answer === 'yes';
};

/** The first line of a source, without its line break; what there is when it ends before. */
export const readLine = async (source: Source): Promise<string> => {
  let text = '';
  for await (const piece of source) {
    text += typeof piece === 'string' ? piece : new TextDecoder().decode(piece);
    if (text.includes('\n')) break;
  }
  return (text.split('\n')[0] ?? '').replace(/\r$/, '');
};

const ENTER = new Set(['\r', '\n']);
const ERASE = new Set(['\x7f', '\b']);
const INTERRUPT = '\x03';
const END_OF_INPUT = '\x04';

const readTyped = async (source: Source): Promise<string> => {
  const typed: string[] = [];
  for await (const piece of source) {
    for (const character of typeof piece === 'string' ? piece : new TextDecoder().decode(piece)) {
      if (ENTER.has(character) || character === END_OF_INPUT) return typed.join('');
      if (character === INTERRUPT) throw new SyncError('interrupted', 'The question was interrupted.');
      if (ERASE.has(character)) typed.pop();
      else typed.push(character);
    }
  }
  return typed.join('');
};
