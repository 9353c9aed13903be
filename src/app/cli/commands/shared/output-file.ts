import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { SyncError } from '../../../../domain/errors.js';

/** Whether a place that was named for output is stdout itself. */
export const isStdout = (place: string): boolean => STDOUT.has(place);

const STDOUT: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/**
 * A file that is there as a whole or not at all: it is written beside its place and moved there at the end. What is no
 * file, such as a pipe with a name, is written to as it is; a link leads to its file and stays a link.
 */
export class OutputFile {
  readonly #path: string;
  /** `undefined`: the place itself is written to. */
  readonly #draft: string | undefined;
  readonly #hint: string;
  readonly #file: FileHandle;
  #lines: string[] = [];
  #characters = 0;

  /** Fails with `storage-failed` and this hint when nothing can be written there. */
  static async begin(path: string, unique: string, hint: string): Promise<OutputFile> {
    const present = await stat(path).catch(() => undefined);
    if (present !== undefined && !present.isFile())
      return new OutputFile(path, undefined, hint, await onDisk(path, hint, () => open(path, 'w')));
    const place = present === undefined ? path : await onDisk(path, hint, () => realpath(path));
    const draft = `${place}.${unique}.part`;
    return new OutputFile(place, draft, hint, await onDisk(path, hint, () => open(draft, 'wx', 0o600)));
  }

  private constructor(path: string, draft: string | undefined, hint: string, file: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#hint = hint;
    this.#file = file;
  }

  async write(line: string): Promise<void> {
    this.#lines.push(line, '\n');
    this.#characters += line.length + 1;
    if (this.#characters >= PORTION_CHARACTERS) await this.#flush();
  }

  /** Puts the file in its place, on disk. */
  async finish(): Promise<void> {
    await this.#flush();
    await onDisk(this.#path, this.#hint, async () => {
      if (this.#draft !== undefined) await this.#file.sync();
      await this.#file.close();
      if (this.#draft !== undefined) await rename(this.#draft, this.#path);
    });
  }

  /** Leaves nothing behind; what was there before stays as it was. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (this.#draft !== undefined) await rm(this.#draft, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#characters = 0;
    await onDisk(this.#path, this.#hint, () => this.#file.appendFile(text));
  }
}

const PORTION_CHARACTERS = 256 * 1024;

const onDisk = async <T>(path: string, hint: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new SyncError('storage-failed', `${path} could not be written.`, {
      cause: error,
      hint,
    });
  }
};
