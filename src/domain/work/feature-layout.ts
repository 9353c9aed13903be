import { FEATURE_SLUG_PATTERN, featureNumber } from '../ids.js';
import { laneFromText } from './work-package.js';
import { fileName } from './place.js';
import { workPackageIdOfFile } from './work-package-id.js';

/** Something that stands where planning documents are read and is not read, with the reason as the end of a sentence. */
export interface PassedOver {
  /** Relative to the project root, with `/`. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Why a folder in `kitty-specs/` is no feature; `undefined` when it is one: its name is safe, and it has a number or
 * one of the documents that no other folder has. `isOutside`: it leads out of the project.
 */
export const whyNoFeature = (name: string, holdsPlans: boolean, isOutside: boolean): string | undefined => {
  if (name.startsWith('.')) return 'is hidden';
  if (!FEATURE_SLUG_PATTERN.test(name)) return 'has a name with control characters or slashes';
  if (isOutside) return 'leads out of the project';
  if (holdsPlans || featureNumber(name) !== undefined) return undefined;
  return 'has neither meta.json nor tasks/';
};

/** A file that describes a work package. A fault is why it cannot be worked on where it is. */
interface LaidOutFile {
  readonly path: string;
  readonly fault?: string;
}

/**
 * Sorts the files of a feature: which describe work packages, and which only look as if they did. Work packages lie in
 * `tasks/` or in any folder below it, but in one that is named after a lane they cannot be worked on: its name would go
 * on to say what the file no longer does.
 * @param directory of the feature
 * @param unsorted paths of the files in it, relative to the project root
 */
export const layoutOf = (directory: string, unsorted: readonly string[]) => {
  const paths = [...unsorted].sort();
  const folder = `${directory}/tasks/`;
  const inTasks = paths.filter((path) => path.startsWith(folder));
  const foldersOf = (path: string): readonly string[] => path.slice(folder.length).split('/').slice(0, -1);
  const onTop = new Map(
    inTasks.flatMap((path) => (foldersOf(path).length === 0 ? [[workPackageIdOfFile(path), path]] : [])),
  );
  const isNothing = inTasks.every((path) => workPackageIdOfFile(path) === undefined);
  const workPackages: LaidOutFile[] = [];
  const passedOver: PassedOver[] = [];
  for (const path of inTasks) {
    const id = workPackageIdOfFile(path);
    const folders = foldersOf(path);
    const twin = folders.length === 0 ? undefined : onTop.get(id);
    const lane = folders.find(isLaneFolder);
    if (id === undefined) {
      // Where nothing is found, whatever may have been meant is worth a word.
      if (NEARLY.test(fileName(path)) || (isNothing && PAGE.test(fileName(path))))
        passedOver.push({ path, reason: 'is not named like a work package, as in WP01-title.md' });
    } else if (twin !== undefined) {
      passedOver.push({ path, reason: `is not read, because ${fileName(twin)} in tasks/ itself is ${id}` });
    } else if (lane !== undefined) {
      const fault = `lies in ${lane}/, a folder named after a lane. Move it to tasks/ and write its lane into its front matter, as in "lane: planned"`;
      workPackages.push({ path, fault });
    } else workPackages.push({ path });
  }
  const outside = paths.filter(
    (path) => isNothing && !path.startsWith(folder) && workPackageIdOfFile(path) !== undefined,
  );
  const reason = 'lies outside of tasks/, where work packages are read';
  return { workPackages, passedOver: [...passedOver, ...outside.map((path) => ({ path, reason }))] };
};

/** Begins like the name of a work package. */
const NEARLY = /^wp[-_ ]?\d.*\.(?:md|markdown)$/i;

const PAGE = /^(?!readme\.md$).*\.md$/i;

const isLaneFolder = (name: string): boolean => laneFromText(name.replace(/[- ]/g, '_')) !== undefined;
