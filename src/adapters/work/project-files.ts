import { type Dirent, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSyncError, messageOf, SyncError } from '../../domain/errors.js';
import { isTemporaryOf, syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { NoPlainFile, placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';

/** A folder of the project. */
export interface NamedFolder {
  readonly name: string;
  /** What lies in it; `undefined` when it is no folder after all. Fails for a way out of the project. */
  readonly names: () => Promise<readonly string[] | undefined>;
}

/** A folder in a folder, wherever its name leads. */
export const folderAt = (projectRoot: string, folder: string, name: string): NamedFolder => ({
  name,
  names: async () => {
    const path = `${folder}/${name}`;
    const place = await placeOf(projectRoot, path);
    return place !== 'absent' && isFolderAt(place) ? namesAt(place, path) : undefined;
  },
});

/** What may be a folder in a folder of the project. One that is no link lies where it is, and needs no look for its place. */
export const foldersIn = async (projectRoot: string, folder: string): Promise<readonly NamedFolder[]> => {
  const above = await placeOf(projectRoot, folder);
  if (above === 'absent') return [];
  return entriesOf(above, folder).map((entry) =>
    entry.isDirectory()
      ? { name: entry.name, names: async () => namesAt(join(above, entry.name), `${folder}/${entry.name}`) }
      : folderAt(projectRoot, folder, entry.name),
  );
};

/** A file of a folder. */
export interface FileInFolder {
  /** Relative to the project root, with `/`. */
  readonly path: string;
  /** As {@link bytesOf}. */
  readonly bytes: () => Promise<Uint8Array | undefined>;
}

/**
 * The files in a folder of the project and in the folders below it, but for hidden ones and folders that are links.
 * Where a folder really lies is found out once for all that are no links.
 */
export const filesBelow = async (
  projectRoot: string,
  folder: string,
  depth = DEPTH,
): Promise<readonly FileInFolder[]> => {
  const place = await placeOf(projectRoot, folder);
  if (place === 'absent') return [];
  const entries = entriesOf(place, folder).filter(({ name }) => !name.startsWith('.'));
  const folders = entries.filter((entry) => entry.isDirectory() && depth > 0);
  const below = await Promise.all(
    folders.map(({ name }) => filesBelow(projectRoot, `${folder}/${name}`, depth - 1)),
  );
  const here = entries.filter((entry) => !entry.isDirectory());
  return [
    ...here.map((entry) => {
      const path = `${folder}/${entry.name}`;
      return {
        path,
        bytes: async () =>
          entry.isFile() ? readPlace(join(place, entry.name), path) : bytesOf(projectRoot, path),
      };
    }),
    ...below.flat(),
  ];
};

/** Deep enough for what people sort work packages by, and no walk through whatever lies there besides. */
const DEPTH = 3;

/** The bytes of a file of the project; `undefined` when there is none. */
export const bytesOf = async (projectRoot: string, path: string): Promise<Uint8Array | undefined> => {
  const place = await placeOf(projectRoot, path);
  return place === 'absent' ? undefined : readPlace(place, path);
};

/**
 * Replaces or makes a file of the project in one step, which lasts once the folder that is returned is synced with
 * {@link syncWritten}. An existing file keeps its mode.
 */
export const writeInProject = async (projectRoot: string, path: string, text: string): Promise<string> => {
  try {
    const place = writablePlace(projectRoot, path);
    if (place === 'absent') throw new Error('the folder does not exist');
    const mode = statSync(place, { throwIfNoEntry: false })?.mode;
    await writeFileAtomic(place, text, {
      ...(mode === undefined ? {} : { mode: mode & 0o7777 }),
      syncsDirectory: false,
    });
    return dirname(place);
  } catch (error) {
    throw writeFailed(path, error);
  }
};

/** Makes a folder of the project and the missing ones above it; returns those that it made, the outermost first. */
export const makeFolders = async (projectRoot: string, path: string): Promise<readonly string[]> => {
  const made: string[] = [];
  let above = await placeOf(projectRoot, '.');
  const segments = path.split('/');
  for (const [at, segment] of segments.entries()) {
    const here = segments.slice(0, at + 1).join('/');
    const place = await placeOf(projectRoot, here);
    if (place !== 'absent') above = place;
    else {
      try {
        above = join(above, segment);
        mkdirSync(above);
        syncDirectory(dirname(above));
      } catch (error) {
        throw writeFailed(here, error);
      }
      made.push(here);
    }
  }
  return made;
};

/** Removes folders of the project that are empty, and leaves the others. */
export const removeEmptyFolders = async (projectRoot: string, paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    const place = await placeOf(projectRoot, path);
    try {
      if (place !== 'absent') rmdirSync(place);
    } catch {
      // Somebody has put something into it.
    }
  }
};

/** Makes what was written in a folder durable. `path`: what to name in the error. */
export const syncWritten = (folder: string, path: string): void => {
  try {
    syncDirectory(folder);
  } catch (error) {
    throw writeFailed(path, error);
  }
};

/** Removes a file of the project for good; does nothing when there is none. */
export const removeFromProject = async (projectRoot: string, path: string): Promise<void> => {
  const place = await placeOf(projectRoot, path);
  if (place === 'absent') return;
  try {
    unlinkSync(place);
    syncDirectory(dirname(place));
  } catch (error) {
    throw writeFailed(path, error);
  }
};

/** Removes the temporary files that a writer of this file left beside it when it died. */
export const removeTemporaries = async (projectRoot: string, path: string): Promise<void> => {
  const slash = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(0, slash));
  const base = path.slice(slash + 1);
  for (const name of await namesIn(projectRoot, folder)) {
    if (isTemporaryOf(name, base))
      await removeFromProject(projectRoot, folder === '' ? name : `${folder}/${name}`);
  }
};

/** The names in a folder of the project; empty when there is no such folder. */
const namesIn = async (projectRoot: string, folder: string): Promise<readonly string[]> => {
  const place = await placeOf(projectRoot, folder);
  return place === 'absent' ? [] : namesAt(place, folder);
};

const namesAt = (place: string, folder: string): readonly string[] =>
  entriesOf(place, folder).map(({ name }) => name);

const entriesOf = (place: string, folder: string): readonly Dirent[] => {
  try {
    return readdirSync(place, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return [];
    throw readFailed(folder, error);
  }
};

const readPlace = (place: string, path: string): Uint8Array | undefined => {
  try {
    return readPlainFile(place);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || isFolderAt(place)) return undefined;
    throw readFailed(path, error);
  }
};

const isFolderAt = (place: string): boolean =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;

/** As {@link placeBelow}; what keeps us from looking is named. */
const placeOf = async (projectRoot: string, path: string): Promise<string | 'absent'> => {
  try {
    return placeBelow(projectRoot, path);
  } catch (error) {
    throw readFailed(path, error);
  }
};

const readFailed = (path: string, cause: unknown): SyncError =>
  isSyncError(cause)
    ? cause
    : new SyncError('storage-failed', `${path} cannot be read (${codeOf(cause)}).`, { cause });

const writeFailed = (path: string, cause: unknown): SyncError =>
  isSyncError(cause)
    ? cause
    : new SyncError('storage-failed', `${path} cannot be written (${codeOf(cause)}).`, {
        cause,
        hint: 'Check the rights and the free space, then run the command again.',
      });

const codeOf = (error: unknown): string =>
  error instanceof NoPlainFile ? error.message : ((error as NodeJS.ErrnoException).code ?? messageOf(error));
