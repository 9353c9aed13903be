import { mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSyncError, messageOf, SyncError } from '../../domain/errors.js';
import { removeTemporaries, syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { NoPlainFile, placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';
import type { PlanningFolder } from './read-feature.js';

/** The files of a project, by their paths below its root, with `/`. Nothing is read or written through a way out of it. */
export class ProjectFiles implements PlanningFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async entries(
    folder: string,
  ): Promise<readonly { readonly name: string; readonly isFolder: boolean }[] | undefined> {
    const place = this.#placeOf(folder);
    if (place === 'absent') return undefined;
    try {
      const entries = readdirSync(place, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR') return undefined;
      throw readFailed(folder, error);
    }
  }

  /** Keeps a byte order mark, and refuses bytes that could not be written back as they were, unless they are borne. */
  async text(path: string, bearing?: 'strays'): Promise<string | undefined> {
    const bytes = this.#bytesOf(path);
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: bearing === undefined, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      throw new SyncError('storage-corrupt', `${path} is not UTF-8 text.`, {
        cause: error,
        hint: 'Save the file with the encoding UTF-8.',
      });
    }
  }

  /**
   * Replaces or makes a file in one step, which lasts once the folder that is returned is synced with {@link sync}. An
   * existing file keeps its mode.
   */
  async write(path: string, text: string): Promise<string> {
    return orWriteFailed(path, async () => {
      const place = writablePlace(this.#root, path);
      if (place === 'absent') throw new Error('the folder does not exist');
      const mode = statSync(place, { throwIfNoEntry: false })?.mode;
      await writeFileAtomic(place, text, {
        ...(mode !== undefined && { mode: mode & 0o7777 }),
        syncsDirectory: false,
      });
      return dirname(place);
    });
  }

  /** Makes what was written in a folder durable. `path`: what to name in the error. */
  async sync(folder: string, path: string): Promise<void> {
    return orWriteFailed(path, () => syncDirectory(folder));
  }

  /** Removes a file for good; does nothing when there is none. */
  async remove(path: string): Promise<void> {
    const place = this.#placeOf(path);
    if (place === 'absent') return;
    await orWriteFailed(path, () => {
      unlinkSync(place);
      syncDirectory(dirname(place));
    });
  }

  /** Removes the temporary files that a writer of this file left beside it when it died. */
  async removeTemporaries(path: string): Promise<void> {
    const folder = this.#placeOf(dirname(path));
    if (folder !== 'absent') await orWriteFailed(path, () => removeTemporaries(join(folder, basename(path))));
  }

  /** Makes a folder and the missing ones above it; returns those that it made, the innermost first. */
  async makeFolders(path: string): Promise<readonly string[]> {
    const place = this.#placeOf(path);
    if (place !== 'absent') return [];
    const outer = await this.makeFolders(dirname(path));
    await orWriteFailed(path, () => {
      const above = placeBelow(this.#root, dirname(path));
      mkdirSync(join(above, basename(path)));
      syncDirectory(above);
    });
    return [path, ...outer];
  }

  /** Removes folders that are empty, and leaves the others. */
  async removeEmptyFolders(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const place = this.#placeOf(path);
      try {
        if (place !== 'absent') rmdirSync(place);
      } catch {
        // Somebody has put something into it.
      }
    }
  }

  #bytesOf(path: string): Uint8Array | undefined {
    const place = this.#placeOf(path);
    if (place === 'absent') return undefined;
    try {
      return readPlainFile(place);
    } catch (error) {
      const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
      if (codeOf(error) === 'ENOENT' || isFolder) return undefined;
      throw readFailed(path, error);
    }
  }

  /** As {@link placeBelow}; what keeps us from looking is named. */
  #placeOf(path: string): string | 'absent' {
    try {
      return placeBelow(this.#root, path);
    } catch (error) {
      throw readFailed(path, error);
    }
  }
}

const readFailed = (path: string, cause: unknown): SyncError =>
  isSyncError(cause)
    ? cause
    : new SyncError('storage-failed', `${path} cannot be read (${codeOf(cause)}).`, { cause });

const orWriteFailed = async <T>(path: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (isSyncError(cause)) throw cause;
    throw new SyncError('storage-failed', `${path} cannot be written (${codeOf(cause)}).`, {
      cause,
      hint: 'Check the rights and the free space, then run the command again.',
    });
  }
};

const codeOf = (error: unknown): string =>
  error instanceof NoPlainFile ? error.message : ((error as NodeJS.ErrnoException).code ?? messageOf(error));
