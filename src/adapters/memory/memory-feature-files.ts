import { SyncError } from '../../domain/errors.js';
import { layoutOf, whyNoFeature, type FolderSigns } from '../../domain/work/feature-layout.js';
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
import { manifestDocument } from '../work/manifest-document.js';
import { changeOf, misplaced, workPackageDocument } from '../work/work-package-document.js';
import { MemoryWorkTree } from './memory-work-tree.js';

/** Planning documents that live in memory, by project root and path. */
export class MemoryFeatureFiles implements FeatureFiles {
  readonly #tree: MemoryWorkTree;

  /** @param tree shared with a repository in memory that commits these files */
  constructor(tree = new MemoryWorkTree()) {
    this.#tree = tree;
  }

  /** Puts a file into a project, or takes it out, as a person with an editor would. */
  put(projectRoot: string, path: string, text: string | undefined): void {
    if (text === undefined) this.#tree.remove(projectRoot, path);
    else this.#tree.write(projectRoot, path, text);
  }

  async features(projectRoot: string): Promise<readonly string[]> {
    return this.#folders(projectRoot).filter((name) => this.#whyNot(projectRoot, name) === undefined);
  }

  async find(
    projectRoot: string,
    choose: (names: readonly string[]) => string | undefined,
  ): Promise<string | undefined> {
    const chosen = choose(this.#folders(projectRoot));
    return chosen !== undefined && this.#whyNot(projectRoot, chosen) === undefined ? chosen : undefined;
  }

  async strangers(projectRoot: string): Promise<readonly StrangeFolder[]> {
    return this.#folders(projectRoot).flatMap((name) => {
      const reason = this.#whyNot(projectRoot, name);
      const { hasMeta, hasTasks } = this.#signs(projectRoot, name);
      return reason === undefined
        ? []
        : [{ path: featureDirectory(name), reason, mayBeFeature: hasMeta || hasTasks }];
    });
  }

  async read(projectRoot: string, slug: string): Promise<FeatureDocuments | undefined> {
    if (!(await this.features(projectRoot)).includes(slug)) return undefined;
    const directory = featureDirectory(slug);
    const text = (path: string): string | undefined => this.#tree.text(projectRoot, path);
    const log = text(`${directory}/${STATUS_LOG}`);
    const snapshot = text(`${directory}/${STATUS_SNAPSHOT}`);
    const paths = this.#paths(projectRoot).filter((path) => path.startsWith(`${directory}/`));
    const { workPackages, passedOver } = layoutOf(directory, paths);
    const lanes = text(`${directory}/lanes.json`);
    const wps = text(`${directory}/wps.yaml`);
    return {
      slug,
      directory,
      ...(lanes === undefined ? {} : { lanes }),
      ...(wps === undefined ? {} : { manifest: manifestDocument(`${directory}/wps.yaml`, wps) }),
      meta: text(`${directory}/meta.json`),
      spec: text(`${directory}/spec.md`),
      plan: text(`${directory}/plan.md`),
      tasks: text(`${directory}/tasks.md`),
      ...(log === undefined ? {} : { status: { log, ...(snapshot === undefined ? {} : { snapshot }) } }),
      workPackages: workPackages.map(({ path, fault }) => {
        const document = workPackageDocument(path, text(path) ?? '');
        return fault === undefined ? document : misplaced(document, fault);
      }),
      passedOver,
    };
  }

  async change(document: WorkPackageDocument, edits: readonly WorkPackageEdit[]): Promise<FileChange> {
    return changeOf(document, edits);
  }

  async write(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const { projectRoot } = held.checkout;
    for (const { path, before, after } of changes) {
      const present = await this.text(projectRoot, path);
      if (present !== after && present !== before) {
        throw new SyncError('storage-failed', `${path} was changed by somebody else just now.`, {
          hint: 'Run the command again.',
        });
      }
      this.put(projectRoot, path, after);
    }
  }

  async restore(held: HeldRepository, changes: readonly FileChange[]): Promise<void> {
    const { projectRoot } = held.checkout;
    for (const { path, before, after } of [...changes].reverse()) {
      if ((await this.text(projectRoot, path)) === after) this.put(projectRoot, path, before);
    }
  }

  /** In memory a folder is there as soon as a file is in it. */
  async makeFolders(): Promise<() => Promise<void>> {
    return async () => undefined;
  }

  /** Memory is written in one step and leaves nothing beside it. */
  async sweep(): Promise<void> {}

  async text(projectRoot: string, path: string): Promise<string | undefined> {
    if (path.split('/').includes('..'))
      throw new SyncError('storage-failed', `${path} leads out of the project.`);
    return this.#tree.text(projectRoot, path);
  }

  #folders(projectRoot: string): readonly string[] {
    return [
      ...new Set(this.#paths(projectRoot).flatMap((path) => FEATURE_PATH.exec(path)?.[1] ?? [])),
    ].sort();
  }

  #signs(projectRoot: string, name: string): FolderSigns {
    const directory = featureDirectory(name);
    const paths = this.#paths(projectRoot);
    return {
      hasMeta: paths.includes(`${directory}/meta.json`),
      hasTasks: paths.some((path) => path.startsWith(`${directory}/tasks/`)),
    };
  }

  #whyNot(projectRoot: string, name: string): string | undefined {
    return whyNoFeature(name, this.#signs(projectRoot, name));
  }

  #paths(projectRoot: string): readonly string[] {
    return this.#tree.paths(projectRoot);
  }
}

const FEATURE_PATH = /^kitty-specs\/([^/]+)\//;
