import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { SyncError } from '../../../../domain/errors.js';

/** A file that is there as a whole or not at all: it is written beside its place and moved there at the end. */
export class OutputFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #file: FileHandle;
  #lines: string[] = [];
  #characters = 0;

  /** Fails with `storage-failed` when nothing can be written there. */
  static async begin(path: string, unique: string): Promise<OutputFile> {
    const draft = `${path}.${unique}.part`;
    return new OutputFile(path, draft, await onDisk(path, () => open(draft, 'wx', 0o600)));
  }

  private constructor(path: string, draft: string, file: FileHandle) {
    this.#path = path;
    this.#draft = draft;
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
    await onDisk(this.#path, async () => {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#draft, this.#path);
    });
  }

  /** Leaves nothing behind; what was there before stays as it was. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#draft, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#characters = 0;
    await onDisk(this.#path, () => this.#file.appendFile(text));
  }
}

const PORTION_CHARACTERS = 256 * 1024;

const onDisk = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new SyncError('storage-failed', `${path} could not be written.`, {
      cause: error,
      hint: 'Choose another place with --output FILE; what is there is as before.',
    });
  }
};
