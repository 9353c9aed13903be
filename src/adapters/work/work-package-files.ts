import { isSyncError, SyncError } from '../../domain/errors.js';
import { isFeatureSlug } from '../../domain/ids.js';
import { featureDirectory } from '../../domain/work/feature-slug.js';
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
import { setFrontMatterKeys } from './edit-front-matter.js';
import { isSparse } from './git-places.js';
import { ProjectFiles } from './project-files.js';
import { judgeFolder, readFeature, workPackageDocument, type JudgedFolder } from './read-feature.js';

/** The planning documents of a project as files. Nothing is read or written through a link that leads out of it. */
export class WorkPackageFiles implements FeatureFiles {
  /** The documents as they were last read: one whose text is the same need not be understood again. */
  readonly #known = new Map<string, WorkPackageDocument>();

  async features(projectRoot: string): Promise<readonly string[]> {
    const folders = await foldersOf(projectRoot, isFeatureSlug);
    return folders.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  }

  async find(
    projectRoot: string,
    choose: (names: readonly string[]) => string | undefined,
  ): Promise<string | undefined> {
    const chosen = choose((await namesIn(projectRoot)).filter(isFeatureSlug));
    if (chosen === undefined) return undefined;
    const judged = await judgeFolder(new ProjectFiles(projectRoot), chosen);
    return judged !== undefined && judged.reason === undefined ? chosen : undefined;
  }

  async strangers(projectRoot: string): Promise<readonly StrangeFolder[]> {
    const folders = await foldersOf(projectRoot, () => true);
    return folders.flatMap(({ name, reason, mayBeFeature }) =>
      reason === undefined ? [] : [{ path: featureDirectory(name), reason, mayBeFeature }],
    );
  }

  async read(projectRoot: string, slug: string): Promise<FeatureDocuments | undefined> {
    if (!isFeatureSlug(slug)) return undefined;
    return readFeature(new ProjectFiles(projectRoot), slug, (path, text) => {
      // An orchestration reads every file thousands of times, and few of them change in between.
      const place = `${projectRoot}\0${path}`;
      const known = this.#known.get(place);
      if (known?.text === text) return known;
      const document = workPackageDocument(path, text);
      this.#known.set(place, document);
      return document;
    });
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

  async write(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const files = new ProjectFiles(held.checkout.projectRoot);
    const unsynced = new Map<string, string>();
    const syncAll = async (): Promise<void> => {
      for (const [folder, path] of unsynced) await files.sync(folder, path);
      unsynced.clear();
    };
    for (const { path, before, after } of changes) {
      const present = await files.text(path);
      if (present === after) continue;
      if (present !== before) throw changedMeanwhile(path);
      // One sync for all files of a folder, before the first one elsewhere, which may be the evidence of them.
      if ([...unsynced.values()].some((written) => folderOf(written) !== folderOf(path))) await syncAll();
      unsynced.set(await files.write(path, after), path);
    }
    await syncAll();
  }

  async restore(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const files = new ProjectFiles(held.checkout.projectRoot);
    const failures: unknown[] = [];
    for (const { path, before, after } of [...changes].reverse()) {
      try {
        if ((await files.text(path)) !== after || before === after) continue;
        if (before === undefined) await files.remove(path);
        else await files.sync(await files.write(path, before), path);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async makeFolders({ checkout }: HeldRepository, path: string): Promise<() => Promise<void>> {
    const files = new ProjectFiles(checkout.projectRoot);
    const made = await files.makeFolders(path);
    return async () => files.removeEmptyFolders(made);
  }

  async sweep({ checkout }: HeldRepository, paths: readonly string[]): Promise<void> {
    for (const path of paths) await new ProjectFiles(checkout.projectRoot).removeTemporaries(path);
  }

  async text(projectRoot: string, path: string): Promise<string | undefined> {
    return new ProjectFiles(projectRoot).text(path);
  }
}

const ROOT = 'kitty-specs';

/** What may be a folder in `kitty-specs/`, ascending. */
const namesIn = async (projectRoot: string): Promise<readonly string[]> => {
  const entries = (await new ProjectFiles(projectRoot).entries(ROOT)) ?? [];
  return entries.map(({ name }) => name).sort();
};

/** The folders in `kitty-specs/` with a wanted name, ascending. */
const foldersOf = async (
  projectRoot: string,
  isWanted: (name: string) => boolean,
): Promise<readonly JudgedFolder[]> => {
  const names = await namesIn(projectRoot);
  if (names.length === 0 && isSparse(projectRoot)) throw leftOut();
  const files = new ProjectFiles(projectRoot);
  const judged = await Promise.all(names.filter(isWanted).map((name) => judgeFolder(files, name)));
  return judged.filter((folder) => folder !== undefined);
};

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

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
