import { mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { isFeatureSlug } from '../../domain/ids.js';
import type { WorkPackageEdit } from '../../domain/work/transition.js';
import { describeWorkPackageFault } from '../../domain/work/work-package.js';
import type { HeldRepository } from '../../ports/events.js';
import type {
  FeatureDocuments,
  FeatureFiles,
  FileChange,
  StrangeFolder,
  WorkPackageDocument,
} from '../../ports/work.js';
import { removeTemporaries, syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';
import { attempt, onStorage, unlessAbsent } from '../fs/storage-failure.js';
import { setFrontMatterKeys } from './edit-front-matter.js';
import { isSparse } from './git-places.js';
import { judgeFolder, readFeature, workPackageDocument, type PlanningFolder } from './read-feature.js';

/** The planning documents of a project as files. Nothing is read or written through a link that leads out of it. */
export class WorkPackageFiles implements FeatureFiles {
  /** The documents as they were last read: one whose text is the same need not be understood again. */
  readonly #known = new Map<string, WorkPackageDocument>();

  async features(projectRoot: string): Promise<readonly string[]> {
    const folders = await foldersOf(projectRoot);
    return folders.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  }

  async find(
    projectRoot: string,
    choose: (names: readonly string[]) => string | undefined,
  ): Promise<string | undefined> {
    const chosen = choose((await namesIn(projectRoot)).filter(isFeatureSlug));
    if (chosen === undefined) return undefined;
    const judged = await judgeFolder(planningFolder(projectRoot), chosen);
    return judged !== undefined && judged.reason === undefined ? chosen : undefined;
  }

  async strangers(projectRoot: string): Promise<readonly StrangeFolder[]> {
    const folders = await foldersOf(projectRoot);
    return folders.flatMap(({ path, reason, mayBeFeature }) =>
      reason === undefined ? [] : [{ path, reason, mayBeFeature }],
    );
  }

  async read(projectRoot: string, slug: string): Promise<FeatureDocuments | undefined> {
    if (!isFeatureSlug(slug)) return undefined;
    // An orchestration reads every file thousands of times, and few of them change in between.
    const understand = (path: string, text: string): WorkPackageDocument => {
      const place = `${projectRoot}\0${path}`;
      const known = this.#known.get(place);
      if (known?.text === text) return known;
      const document = workPackageDocument(path, text);
      this.#known.set(place, document);
      return document;
    };
    return readFeature({ ...planningFolder(projectRoot), understand }, slug);
  }

  async change(document: WorkPackageDocument, edits: readonly WorkPackageEdit[]): Promise<FileChange> {
    const { path, text, fault } = document;
    if (fault !== undefined) {
      throw new SyncError('work-package-unreadable', describeWorkPackageFault({ path, ...fault }), {
        hint: `Correct the front matter of ${path}.`,
      });
    }
    const body = edits.filter((edit) => edit.edit === 'body').at(-1)?.body ?? document.body;
    const withBody = text.slice(0, text.length - document.body.length) + body;
    const entries = new Map(edits.filter((edit) => edit.edit === 'set').map((edit) => [edit.key, edit]));
    try {
      return { path, before: text, after: setFrontMatterKeys(withBody, [...entries.values()]) };
    } catch (error) {
      if (!isSyncError(error)) throw error;
      const hint = error.hint ?? '';
      throw new SyncError(error.kind, `${path}: ${error.message}`, { cause: error, hint });
    }
  }

  async write({ checkout: { projectRoot } }: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const unsynced = new Map<string, string>();
    const syncAll = async (): Promise<void> => {
      for (const [folder, path] of unsynced) await onStorage(path, () => syncDirectory(folder));
      unsynced.clear();
    };
    for (const { path, before, after } of changes) {
      const present = await textOf(projectRoot, path);
      if (present === after) continue;
      if (present !== before) throw changedMeanwhile(path);
      // One sync for all files of a folder, before the first one elsewhere, which may be the evidence of them.
      if ([...unsynced.values()].some((written) => dirname(written) !== dirname(path))) await syncAll();
      unsynced.set(await writeText(projectRoot, path, after, false), path);
    }
    await syncAll();
  }

  async restore(
    { checkout: { projectRoot } }: HeldRepository,
    changes: readonly FileChange[],
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const { path, before, after } of [...changes].reverse()) {
      try {
        if ((await textOf(projectRoot, path)) !== after || before === after) continue;
        if (before !== undefined) await writeText(projectRoot, path, before, true);
        else
          await onStorage(path, () => {
            const place = placeBelow(projectRoot, path);
            unlinkSync(place);
            syncDirectory(dirname(place));
            removeEmptyFolders(projectRoot, dirname(path));
          });
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async sweep({ checkout: { projectRoot } }: HeldRepository, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const folder = placeBelow(projectRoot, dirname(path));
      if (folder !== 'absent') await onStorage(path, () => removeTemporaries(join(folder, basename(path))));
    }
  }

  async text(projectRoot: string, path: string): Promise<string | undefined> {
    return textOf(projectRoot, path);
  }
}

const ROOT = 'kitty-specs';

/** What may be a folder in `kitty-specs/`, ascending. */
const namesIn = async (projectRoot: string): Promise<readonly string[]> => {
  const entries = (await planningFolder(projectRoot).entries(ROOT)) ?? [];
  return entries.map(({ name }) => name).sort();
};

/** The folders in `kitty-specs/`, ascending. */
const foldersOf = async (projectRoot: string) => {
  const names = await namesIn(projectRoot);
  if (names.length === 0 && isSparse(projectRoot)) throw leftOut();
  const files = planningFolder(projectRoot);
  const judged = await Promise.all(names.map((name) => judgeFolder(files, name)));
  return judged.filter((folder) => folder !== undefined);
};

const leftOut = (): SyncError =>
  new SyncError(
    'feature-not-found',
    `${ROOT}/ is not here: this checkout is a sparse one that leaves it out.`,
    { hint: `Run "git sparse-checkout add ${ROOT} .kittify", then this command again.` },
  );

const changedMeanwhile = (path: string): SyncError =>
  new SyncError('storage-failed', `${path} was changed by somebody else just now.`, {
    hint: 'Run the command again.',
  });

/** Nothing is read or written through a way out of the project. Paths are relative to its root, with `/`. */
const planningFolder = (root: string): PlanningFolder => ({
  entries: (folder) =>
    onStorage(folder, () => {
      const place = placeBelow(root, folder);
      if (place === 'absent') return undefined;
      const entries = unlessAbsent(() => readdirSync(place, { withFileTypes: true }), undefined, ['ENOTDIR']);
      return entries?.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    }),
  text: (path, bearing) => textOf(root, path, bearing),
});

/** Keeps a byte order mark, and refuses bytes that could not be written back as they were, unless they are borne. */
const textOf = async (root: string, path: string, bearing?: 'strays'): Promise<string | undefined> => {
  const bytes = await onStorage(path, () => {
    const place = placeBelow(root, path);
    if (place === 'absent' || statSync(place, { throwIfNoEntry: false })?.isDirectory() === true)
      return undefined;
    return unlessAbsent(() => readPlainFile(place), undefined);
  });
  try {
    return bytes && new TextDecoder('utf-8', { fatal: bearing === undefined, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new SyncError('storage-corrupt', `${path} is not UTF-8 text.`, {
      cause: error,
      hint: 'Save the file with the encoding UTF-8.',
    });
  }
};

/** Replaces or makes a file in one step; an existing one keeps its mode. Returns the folder, which is still to be synced. */
const writeText = (root: string, path: string, text: string, syncsDirectory: boolean): Promise<string> =>
  onStorage(path, async () => {
    makeFolder(root, dirname(path));
    const place = writablePlace(root, path);
    const mode = statSync(place, { throwIfNoEntry: false })?.mode;
    await writeFileAtomic(place, text, {
      ...(mode !== undefined && { mode: mode & 0o7777 }),
      syncsDirectory,
    });
    return dirname(place);
  });

/** Makes a folder of the project and those above it where they are missing. Returns its place. */
const makeFolder = (root: string, folder: string): string => {
  const place = placeBelow(root, folder);
  if (place !== 'absent') return place;
  if (folder === '.') throw new SyncError('storage-failed', `The folder ${root} is gone.`);
  const above = makeFolder(root, dirname(folder));
  mkdirSync(join(above, basename(folder)));
  syncDirectory(above);
  return join(above, basename(folder));
};

/** Up to the first one in which something lies. */
const removeEmptyFolders = (root: string, folder: string): void =>
  attempt(() => {
    for (let at = folder; at !== '.'; at = dirname(at)) rmdirSync(placeBelow(root, at));
  });
