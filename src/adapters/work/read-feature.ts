import { isSyncError } from '../../domain/errors.js';
import { layoutOf, whyNoFeature } from '../../domain/work/feature-layout.js';
import { featureDirectory } from '../../domain/work/feature-slug.js';
import { STATUS_LOG, STATUS_SNAPSHOT } from '../../domain/work/status-log.js';
import type { FeatureDocuments, WorkPackageDocument } from '../../ports/work.js';
import {
  manifestDocument,
  readFrontMatter,
  splitFrontMatter,
  type FrontMatterReading,
} from './read-front-matter.js';

/** Where planning documents come from. Paths are relative to the project root, with `/`. */
export interface PlanningFolder {
  /** What is in a folder; a link is none. `undefined` when there is no such folder. Fails for a way out of the project. */
  entries(
    folder: string,
  ): Promise<readonly { readonly name: string; readonly isFolder: boolean }[] | undefined>;
  /** Text of a file; `undefined` when there is none. Fails with `storage-corrupt` for what is no text, unless that is borne. */
  text(path: string, bearing?: 'strays'): Promise<string | undefined>;
  /** How a work package file is understood. Default: {@link workPackageDocument}. */
  understand?(path: string, text: string): WorkPackageDocument;
}

/** Whether a folder in `kitty-specs/` is a feature: then no reason speaks against it. `undefined` when there is no such folder. */
export const judgeFolder = async (from: PlanningFolder, name: string) => {
  const path = featureDirectory(name);
  const entries = await from.entries(path).catch((error: unknown) => {
    if (isSyncError(error)) return 'outside' as const;
    throw error;
  });
  if (entries === undefined) return undefined;
  const isOutside = entries === 'outside';
  const holdsPlans = !isOutside && entries.some((entry) => ['meta.json', 'tasks'].includes(entry.name));
  const reason = whyNoFeature(name, holdsPlans, isOutside);
  return { name, path, reason, mayBeFeature: holdsPlans || isOutside };
};

/** Everything about one feature; `undefined` when it does not exist. */
export const readFeature = async (
  from: PlanningFolder,
  slug: string,
): Promise<FeatureDocuments | undefined> => {
  const judged = await judgeFolder(from, slug);
  if (judged === undefined || judged.reason !== undefined) return undefined;
  const directory = featureDirectory(slug);
  const [meta, log, lanes, wps, spec, plan, tasks, laidOut] = await Promise.all([
    from.text(`${directory}/meta.json`),
    from.text(`${directory}/${STATUS_LOG}`),
    from.text(`${directory}/lanes.json`),
    from.text(`${directory}/wps.yaml`),
    searchedText(from, `${directory}/spec.md`),
    searchedText(from, `${directory}/plan.md`),
    from.text(`${directory}/tasks.md`),
    readWorkPackages(from, directory),
  ]);
  const snapshot = log === undefined ? log : await from.text(`${directory}/${STATUS_SNAPSHOT}`);
  return {
    ...{ slug, directory, meta, spec, plan, tasks },
    ...(log !== undefined && { status: { log, ...(snapshot !== undefined && { snapshot }) } }),
    ...(lanes !== undefined && { lanes }),
    ...(wps !== undefined && { manifest: manifestDocument(`${directory}/wps.yaml`, wps) }),
    ...laidOut,
  };
};

/**
 * A work package file as its text shows it. The front matter is parsed when it is first asked for: most commands look
 * at one work package of many, and parsing them all would take longer than everything else that they do.
 */
export const workPackageDocument = (path: string, text: string): WorkPackageDocument => {
  let reading: FrontMatterReading | undefined;
  const read = (): FrontMatterReading => (reading ??= readFrontMatter(text));
  return {
    path,
    text,
    body: splitFrontMatter(text).body,
    get frontMatter() {
      return read().frontMatter;
    },
    get fault() {
      return read().fault;
    },
  };
};

/** Text that is only searched, never written back: one that cannot be had counts as missing. */
const searchedText = async (from: PlanningFolder, path: string): Promise<string | undefined> => {
  try {
    return await from.text(path, 'strays');
  } catch (error) {
    if (isSyncError(error)) return undefined;
    throw error;
  }
};

const readWorkPackages = async (
  from: PlanningFolder,
  directory: string,
): Promise<Pick<FeatureDocuments, 'workPackages' | 'passedOver'>> => {
  let layout = layoutOf(directory, await filesBelow(from, `${directory}/tasks`));
  if (layout.workPackages.length === 0) layout = layoutOf(directory, await filesBelow(from, directory));
  const read = layout.workPackages.map(async ({ path, fault }) => {
    const document = await readWorkPackage(from, path);
    // It cannot be worked on where it is.
    return document === undefined || fault === undefined
      ? document
      : { path, text: document.text, body: document.body, frontMatter: {}, fault: { reason: fault } };
  });
  const workPackages = (await Promise.all(read)).filter((document) => document !== undefined);
  return { workPackages, passedOver: layout.passedOver };
};

/** One broken file is a fault of that work package and keeps nobody from reading the others. */
const readWorkPackage = async (
  from: PlanningFolder,
  path: string,
): Promise<WorkPackageDocument | undefined> => {
  try {
    const text = await from.text(path);
    return text === undefined ? undefined : (from.understand ?? workPackageDocument)(path, text);
  } catch (error) {
    if (!isSyncError(error)) throw error;
    const reason = error.kind === 'storage-corrupt' ? 'the file is not UTF-8 text' : error.message;
    return { path, text: '', frontMatter: {}, body: '', fault: { reason } };
  }
};

/** Deep enough for what people sort work packages by, and no walk through whatever lies there besides. */
const DEPTH = 3;

/** The files in a folder and in the folders below it, but for hidden ones and folders that are links. */
const filesBelow = async (
  from: PlanningFolder,
  folder: string,
  depth = DEPTH,
): Promise<readonly string[]> => {
  const entries = ((await from.entries(folder)) ?? []).filter(({ name }) => !name.startsWith('.'));
  const found = entries.map(async ({ name, isFolder }) => {
    const path = `${folder}/${name}`;
    if (!isFolder) return [path];
    return depth === 0 ? [] : filesBelow(from, path, depth - 1);
  });
  return (await Promise.all(found)).flat();
};
