import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { SyncError } from '../../../../domain/errors.js';

/** Whether a place that was named for output is stdout itself. */
export const isStdout = (place: string): boolean => STDOUT.has(place);

const STDOUT: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** The same place cannot hold the document of `--json` and something else. */
export const stdoutIsTaken = (rest: string, hint: string): SyncError =>
  new SyncError('wrong-usage', `With --json stdout holds one document, and ${rest} a place.`, { hint });

interface Output {
  readonly path: string;
  /** Part of the name of the draft that no other process uses. */
  readonly unique: string;
  /** What to do where nothing can be written: it fails with `storage-failed`. */
  readonly hint: string;
}

/**
 * Writes a file line by line that is there as a whole or not at all: it is written beside its place and moved there at the
 * end. When `work` fails, or the signal has come, nothing is left behind, and what was there before is as it was. What is no
 * file, such as a pipe with a name, is written to as it is; a link leads to its file and stays a link.
 */
export const writeOutput = async <T>(
  { path, unique, hint }: Output,
  work: (write: (line: string) => Promise<void>) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> => {
  const onDisk = async <R>(step: () => Promise<R>): Promise<R> => {
    try {
      return await step();
    } catch (cause) {
      throw new SyncError('storage-failed', `${path} could not be written.`, { cause, hint });
    }
  };
  const present = await stat(path).catch(() => undefined);
  const isFile = present?.isFile() ?? true;
  const place = present === undefined || !isFile ? path : await onDisk(() => realpath(path));
  const draft = `${place}.${unique}.part`;
  const file = await onDisk(() => (isFile ? open(draft, 'wx', 0o600) : open(place, 'w')));
  let portion = '';
  const flush = async (): Promise<void> => {
    const text = portion;
    portion = '';
    await onDisk(() => file.appendFile(text));
  };
  let isWhole = false;
  try {
    const result = await work(async (line) => {
      portion += `${line}\n`;
      if (portion.length >= PORTION_CHARACTERS) await flush();
    });
    if (signal?.aborted === true) return result;
    await flush();
    await onDisk(async () => {
      if (isFile) await file.sync();
      await file.close();
      if (isFile) await rename(draft, place);
    });
    isWhole = true;
    return result;
  } finally {
    if (!isWhole) await file.close().catch(() => undefined);
    if (!isWhole && isFile) await rm(draft, { force: true });
  }
};

const PORTION_CHARACTERS = 256 * 1024;
