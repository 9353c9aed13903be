import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { SyncError } from '../../../../domain/errors.js';

/**
 * The bytes of a file that somebody named on the command line, as they come; they end early when the signal aborts. A
 * pipe, such as a shell's `<(…)`, is read without a thread that waits in the kernel: neither a signal nor the end of this
 * process could reach it there. A device is no file.
 */
export const streamNamed = async function* (path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, open(path));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};

interface NamedFile {
  readonly path: string;
  /** What such a file is called in the messages: `The feedback file`. */
  readonly called: string;
  readonly hint: string;
}

/** The text of such a file, which is no longer than what people write. Fails with `input-invalid`. */
export const readNamed = async ({ path, called, hint }: NamedFile, signal: AbortSignal): Promise<string> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of streamNamed(path, signal)) {
      length += piece.length;
      if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
      pieces.push(piece);
    }
  } catch (cause) {
    throw new SyncError('input-invalid', `${called} ${path} cannot be read.`, { cause, hint });
  }
  signal.throwIfAborted();
  return Buffer.concat(pieces).toString('utf8');
};

const MAX_BYTES = 1_048_576;

const open = (path: string): Readable => {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stats = fstatSync(descriptor);
  if (stats.isFIFO()) return new Socket({ fd: descriptor, readable: true, writable: false });
  if (stats.isFile()) return createReadStream('', { fd: descriptor });
  closeSync(descriptor);
  throw Object.assign(new Error('it is no file'), { code: stats.isDirectory() ? 'EISDIR' : 'ENODEV' });
};
