import { isSyncError, SyncError } from '../../domain/errors.js';
import { isFeatureSlug } from '../../domain/ids.js';
import { layoutOf, whyNoFeature } from '../../domain/work/feature-layout.js';
import { featureDirectory } from '../../domain/work/feature-slug.js';
import { STATUS_LOG, STATUS_SNAPSHOT } from '../../domain/work/status-log.js';
import type { WorkPackageEdit } from '../../domain/work/transition.js';
import type {
  FeatureDocuments,
  FeatureFiles,
  FileChange,
  StrangeFolder,
  WorkPackageDocument,
} from '../../ports/work.js';
import type { HeldRepository } from '../../ports/events.js';
import { manifestDocument } from './manifest-document.js';
import { changeOf, misplaced, workPackageDocument } from './work-package-document.js';
import { isSparse } from './git-places.js';
import {
  bytesOf,
  filesBelow,
  folderAt,
  foldersIn,
  makeFolders,
  removeEmptyFolders,
  removeFromProject,
  removeTemporaries,
  syncWritten,
  writeInProject,
  type FileInFolder,
  type NamedFolder,
} from './project-files.js';

/** The planning documents of a project as files. Nothing is read or written through a link that leads out of it. */
export class WorkPackageFiles implements FeatureFiles {
  /** The documents as they were last read: one whose text is the same need not be understood again. */
  readonly #known = new Map<string, WorkPackageDocument>();

  async features(projectRoot: string): Promise<readonly string[]> {
    const folders = await foldersOf(projectRoot, isFeatureSlug);
    return folders.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  }

  async strangers(projectRoot: string): Promise<readonly StrangeFolder[]> {
    const folders = await foldersOf(projectRoot, () => true);
    return folders.flatMap(({ name, reason, mayBeFeature }) =>
      reason === undefined ? [] : [{ path: featureDirectory(name), reason, mayBeFeature }],
    );
  }

  async read(projectRoot: string, slug: string): Promise<FeatureDocuments | undefined> {
    if (!isFeatureSlug(slug)) return undefined;
    const folder = await judgeFolder(folderAt(projectRoot, ROOT, slug));
    if (folder === undefined || folder.reason !== undefined) return undefined;
    const directory = featureDirectory(slug);
    const [meta, log, lanes, wps, spec, plan, tasks, laidOut] = await Promise.all([
      this.text(projectRoot, `${directory}/meta.json`),
      this.text(projectRoot, `${directory}/${STATUS_LOG}`),
      this.text(projectRoot, `${directory}/lanes.json`),
      this.text(projectRoot, `${directory}/wps.yaml`),
      readableText(projectRoot, `${directory}/spec.md`),
      readableText(projectRoot, `${directory}/plan.md`),
      this.text(projectRoot, `${directory}/tasks.md`),
      this.#laidOut(projectRoot, directory),
    ]);
    const snapshot =
      log === undefined ? log : await this.text(projectRoot, `${directory}/${STATUS_SNAPSHOT}`);
    return {
      ...{ slug, directory, meta, spec, plan, tasks },
      ...statusFiles(log, snapshot),
      ...(lanes === undefined ? {} : { lanes }),
      ...(wps === undefined ? {} : { manifest: manifestDocument(`${directory}/wps.yaml`, wps) }),
      ...laidOut,
    };
  }

  async change(document: WorkPackageDocument, edits: readonly WorkPackageEdit[]): Promise<FileChange> {
    return changeOf(document, edits);
  }

  async write(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const { projectRoot } = held.checkout;
    const unsynced = new Map<string, string>();
    const syncAll = (): void => {
      for (const [folder, path] of unsynced) syncWritten(folder, path);
      unsynced.clear();
    };
    for (const { path, before, after } of changes) {
      const present = await this.text(projectRoot, path);
      if (present === after) continue;
      if (present !== before) throw changedMeanwhile(path);
      // One sync for all files of a folder, before the first one elsewhere, which may be the evidence of them.
      if ([...unsynced.values()].some((written) => folderOf(written) !== folderOf(path))) syncAll();
      unsynced.set(await writeInProject(projectRoot, path, after), path);
    }
    syncAll();
  }

  async restore(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const { projectRoot } = held.checkout;
    const failures: unknown[] = [];
    for (const { path, before, after } of [...changes].reverse()) {
      try {
        if ((await this.text(projectRoot, path)) !== after || before === after) continue;
        if (before === undefined) await removeFromProject(projectRoot, path);
        else syncWritten(await writeInProject(projectRoot, path, before), path);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async makeFolders({ checkout }: HeldRepository, path: string): Promise<() => Promise<void>> {
    const made = await makeFolders(checkout.projectRoot, path);
    return async () => removeEmptyFolders(checkout.projectRoot, [...made].reverse());
  }

  async sweep(held: HeldRepository, paths: readonly string[]): Promise<void> {
    for (const path of paths) await removeTemporaries(held.checkout.projectRoot, path);
  }

  async text(projectRoot: string, path: string): Promise<string | undefined> {
    const bytes = await bytesOf(projectRoot, path);
    if (bytes === undefined) return undefined;
    try {
      return decode(bytes);
    } catch (error) {
      throw new SyncError('storage-corrupt', `${path} is not UTF-8 text.`, {
        cause: error,
        hint: 'Save the file with the encoding UTF-8.',
      });
    }
  }

  async #laidOut(
    projectRoot: string,
    directory: string,
  ): Promise<Pick<FeatureDocuments, 'workPackages' | 'passedOver'>> {
    let files = await filesBelow(projectRoot, `${directory}/tasks`);
    let layout = layoutOf(
      directory,
      files.map(({ path }) => path),
    );
    if (layout.workPackages.length === 0) {
      files = await filesBelow(projectRoot, directory);
      layout = layoutOf(
        directory,
        files.map(({ path }) => path),
      );
    }
    const byPath = new Map(files.map((file) => [file.path, file]));
    const read = layout.workPackages.map(async ({ path, fault }) => {
      const file = byPath.get(path);
      const document = file === undefined ? undefined : await this.#document(projectRoot, file);
      return document === undefined || fault === undefined ? document : misplaced(document, fault);
    });
    const workPackages = (await Promise.all(read)).filter((document) => document !== undefined);
    return { workPackages, passedOver: layout.passedOver };
  }

  /** One broken file is a fault of that work package and keeps nobody from reading the others. */
  async #document(
    projectRoot: string,
    { path, bytes }: FileInFolder,
  ): Promise<WorkPackageDocument | undefined> {
    try {
      const present = await bytes();
      return present === undefined ? undefined : this.#understood(projectRoot, path, decode(present));
    } catch (error) {
      const reason = isSyncError(error) ? error.message : 'the file is not UTF-8 text';
      return { path, text: '', frontMatter: {}, body: '', fault: { reason } };
    }
  }

  /** An orchestration reads every file thousands of times, and few of them change in between. */
  #understood(projectRoot: string, path: string, text: string): WorkPackageDocument {
    const place = `${projectRoot}\0${path}`;
    const known = this.#known.get(place);
    if (known?.text === text) return known;
    const document = workPackageDocument(path, text);
    this.#known.set(place, document);
    return document;
  }
}

const ROOT = 'kitty-specs';

const leftOut = (): SyncError =>
  new SyncError(
    'feature-not-found',
    `${ROOT}/ is not here: this checkout is a sparse one that leaves it out.`,
    {
      hint: `Run "git sparse-checkout add ${ROOT} .kittify", then this command again.`,
    },
  );

const statusFiles = (
  log: string | undefined,
  snapshot: string | undefined,
): Pick<FeatureDocuments, 'status'> =>
  log === undefined ? {} : { status: { log, ...(snapshot === undefined ? {} : { snapshot }) } };

interface JudgedFolder {
  readonly name: string;
  /** Why it is no feature. */
  readonly reason: string | undefined;
  readonly mayBeFeature: boolean;
}

/** The folders in `kitty-specs/` with a wanted name, ascending. */
const foldersOf = async (
  projectRoot: string,
  isWanted: (name: string) => boolean,
): Promise<readonly JudgedFolder[]> => {
  const all = await foldersIn(projectRoot, ROOT);
  if (all.length === 0 && isSparse(projectRoot)) throw leftOut();
  const judged = await Promise.all(all.filter(({ name }) => isWanted(name)).map(judgeFolder));
  return judged.filter((folder) => folder !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** `undefined` when there is no such folder. One that leads out of the project is no feature. */
const judgeFolder = async ({ name, names }: NamedFolder): Promise<JudgedFolder | undefined> => {
  try {
    const held = await names();
    if (held === undefined) return undefined;
    const signs = { hasMeta: held.includes('meta.json'), hasTasks: held.includes('tasks') };
    return { name, reason: whyNoFeature(name, signs), mayBeFeature: signs.hasMeta || signs.hasTasks };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    const reason = whyNoFeature(name, { hasMeta: false, hasTasks: false, isOutside: true });
    return { name, reason, mayBeFeature: true };
  }
};

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Keeps a byte order mark, and refuses bytes that could not be written back as they were. */
const decode = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** Text that is only searched, never written back: one that cannot be had counts as missing. */
const readableText = async (projectRoot: string, path: string): Promise<string | undefined> => {
  try {
    const bytes = await bytesOf(projectRoot, path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  } catch (error) {
    if (isSyncError(error)) return undefined;
    throw error;
  }
};

const changedMeanwhile = (path: string): SyncError =>
  new SyncError('storage-failed', `${path} was changed by somebody else just now.`, {
    hint: 'Run the command again.',
  });
