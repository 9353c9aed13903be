import { SyncError } from '../../domain/errors.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { ok, type Result } from '../../domain/result.js';
import { dependencyGraph, type DependencyGraph } from '../../domain/work/dependency-graph.js';
import { laneName } from '../../domain/events/lane.js';
import { readMeta } from '../../domain/work/meta-json.js';
import { readStatusLog, STATUS_LOG, type StatusLog } from '../../domain/work/status-log.js';
import {
  compareWorkPackageIds,
  workPackageIdOf,
  workPackageIdOfFile,
  workPackageNumber,
} from '../../domain/work/work-package-id.js';
import { readManifest, type ManifestEntry } from '../../domain/work/manifest.js';
import {
  describeWorkPackageFault,
  lineOfKey,
  readWorkPackage,
  type StatusAuthority,
  type WorkPackage,
  type WorkPackageFault,
} from '../../domain/work/work-package.js';
import type { FeatureDocuments, WorkPackageDocument } from '../../ports/work.js';

/** A work package with the file that describes it. */
export interface FiledWorkPackage extends WorkPackage {
  readonly document: WorkPackageDocument;
  /** The dependencies of its front matter, also where a manifest names others. */
  readonly declared: readonly string[];
}

/**
 * A feature with its documents understood, each when it is first asked for. A broken file is a fault and hides no other
 * one.
 */
export class FeatureState {
  readonly documents: FeatureDocuments;
  #log: StatusLog | undefined;
  #manifest: ReadonlyMap<string, ManifestEntry> | undefined;
  #isBefore: boolean | undefined;
  #understood: ReturnType<typeof understandAll> | undefined;

  constructor(documents: FeatureDocuments) {
    this.documents = documents;
  }

  /** Ascending by number. Two files may say that they are the same work package; that is one fault and no entry. */
  get workPackages(): readonly FiledWorkPackage[] {
    return (this.#understood ??= understandAll(this)).workPackages;
  }

  get faults(): readonly WorkPackageFault[] {
    return (this.#understood ??= understandAll(this)).faults;
  }

  /** What the manifest says, if there is one. Asking fails with `tasks-unreadable` for a broken one. */
  get manifest(): ReadonlyMap<string, ManifestEntry> {
    return (this.#manifest ??= manifestOf(this.documents.manifest));
  }

  /** What the status log says; absent where the feature has none. */
  get statusLog(): StatusLog | undefined {
    const { status } = this.documents;
    return (this.#log ??= status && readStatusLog(status.log));
  }

  /** The same, where it decides about lanes: it has a transition, and `meta.json` does not put the front matters first. */
  get authority(): StatusAuthority | undefined {
    const log = this.statusLog;
    const isEmpty = log === undefined || log.transitions.length === 0;
    if (isEmpty || (this.#isBefore ??= isBeforeStatusLog(this.documents))) return undefined;
    return { path: `${this.documents.directory}/${STATUS_LOG}`, log };
  }
}

/** What annotations of the status log say of the tasks of a work package: `done` and other words by task id. */
export const loggedTasks = (
  { statusLog }: FeatureState,
  workPackageId: string,
): ReadonlyMap<string, string> =>
  statusLog?.workPackages.get(workPackageId)?.subtasks ?? new Map<string, string>();

/** Fails with `work-package-unreadable`, naming file and line of everything that cannot be understood. */
export const refuseFaults = ({ faults }: Pick<FeatureState, 'faults'>): void => {
  if (faults.length === 0) return;
  throw new SyncError('work-package-unreadable', faults.map(describeWorkPackageFault).join('\n'), {
    hint: 'Correct these files and run the command again.',
  });
};

/** What front matters say that the status log does not. */
export const contradictions = (workPackages: readonly WorkPackage[]): readonly string[] =>
  workPackages.flatMap((workPackage) => {
    const { id, path, contradicting } = workPackage;
    const logged = `the status log says ${laneName(workPackage)}, and that counts.`;
    return contradicting === undefined ? [] : [`${path} says that ${id} is in ${contradicting}; ${logged}`];
  });

/**
 * The work packages of which a status log says nothing, to be written into it as planned. A log that has no transition
 * yet and front matters that have lanes: these go on deciding, as they would not once a single row stood there.
 */
export const unseeded = (state: FeatureState): readonly WorkPackage[] => {
  const all = state.workPackages;
  if (state.authority !== undefined) return all.filter(({ lane }) => lane === 'uninitialized');
  const isFresh = state.statusLog !== undefined && !isBeforeStatusLog(state.documents);
  return isFresh && all.every(({ lane }) => lane === 'planned') ? all : [];
};

/** Fails with `transition-illegal` when one of these has no lane yet: nobody has said that it is planned. */
export const refuseUninitialized = (workPackages: readonly WorkPackage[]): void => {
  const ids = workPackages.flatMap(({ id, lane }) => (lane === 'uninitialized' ? id : []));
  if (ids.length === 0) return;
  throw new SyncError('transition-illegal', `The status log says nothing of ${ids.join(', ')} yet.`, {
    hint: 'Run "spec-kitty agent feature finalize-tasks", which makes them planned.',
  });
};

/** The work package of an id. Fails with `work-package-not-found`, or with `work-package-unreadable` for a broken file. */
export const findWorkPackage = (state: FeatureState, id: string): FiledWorkPackage => {
  const wanted = workPackageIdOf(id);
  const found = searchWorkPackage(state, wanted);
  if (found !== undefined) return found;
  refuseBroken(state, wanted);
  const ids = state.workPackages.map(({ id }) => id);
  throw new SyncError(
    'work-package-not-found',
    `${state.documents.slug} has no work package ${JSON.stringify(id)}.`,
    {
      hint:
        ids.length === 0
          ? 'Its folder tasks/ has no file such as WP01-title.md.'
          : `It has ${ids.join(', ')}.`,
    },
  );
};

/**
 * The work packages that were named, once each, or all that are wanted. Without a name one that cannot be understood may
 * be among those, and it fails with `work-package-unreadable`.
 */
export const chosenWorkPackages = (
  state: FeatureState,
  names: readonly string[] = [],
  isWanted: (workPackage: WorkPackage) => boolean,
): readonly FiledWorkPackage[] => {
  if (names.length === 0) refuseFaults(state);
  const ids = [...new Set(names.map(workPackageIdOf))];
  return names.length === 0
    ? state.workPackages.filter(isWanted)
    : ids.map((id) => findWorkPackage(state, id));
};

/** Fails with `work-package-unreadable` when some broken file is, or may be, the work package of this id. */
export const refuseBroken = ({ faults }: FeatureState, id: string): void => {
  refuseFaults({
    faults: faults.filter(
      ({ path, reason }) =>
        workPackageIdOfFile(path) === id ||
        reason.startsWith(`is ${id} too`) ||
        reason.startsWith(`${id} is in `),
    ),
  });
};

/** The work package of an id, if there is one and it can be understood; else the only one of the same number. */
export const searchWorkPackage = (state: FeatureState, id: string): FiledWorkPackage | undefined => {
  if (!isWorkPackageId(id)) return undefined;
  const exact = findAlone(state, id) ?? state.workPackages.find((each) => each.id === id);
  if (exact !== undefined) return exact;
  const number = workPackageNumber(id);
  const [only, another] = state.workPackages.filter((each) => workPackageNumber(each.id) === number);
  return another === undefined ? only : undefined;
};

/** Who needs whom, as the front matters say. */
export const frontMatterGraph = (state: FeatureState): DependencyGraph =>
  dependencyGraph(
    state.workPackages.map(({ id }) => id),
    state.workPackages.flatMap(({ id: from, path, dependencies, document }) => {
      const place = { path, line: lineOfKey(document.text, 'dependencies') };
      return dependencies.map((to) => ({ from, to, place }));
    }),
  );

/** Nothing else may stand for what a broken manifest says. */
const manifestOf = (document: FeatureDocuments['manifest']): FeatureState['manifest'] => {
  const read = document === undefined ? ok(new Map<string, ManifestEntry>()) : readManifest(document);
  if (read.ok) return read.value;
  throw new SyncError('tasks-unreadable', `${read.error}.`, {
    hint: 'wps.yaml decides about dependencies. Correct it and run the command again.',
  });
};

const isBeforeStatusLog = ({ meta }: FeatureDocuments): boolean => {
  const read = meta === undefined ? undefined : readMeta(meta);
  return read?.ok === true && read.value.isBeforeStatusLog;
};

const understandAll = (state: FeatureState): Pick<FeatureState, 'workPackages' | 'faults'> => {
  const faults: WorkPackageFault[] = [];
  const filed = new Map<string, FiledWorkPackage>();
  const doubled = new Set<string>();
  for (const document of state.documents.workPackages) {
    const read = readFiled(state, document);
    const first = read.ok ? filed.get(read.value.id) : undefined;
    if (!read.ok) faults.push(read.error);
    else if (first === undefined) filed.set(read.value.id, read.value);
    else {
      doubled.add(first.id);
      faults.push({ path: document.path, reason: `is ${first.id} too, like ${first.path}` });
    }
  }
  const alone = [...filed.values()].filter(({ id }) => !doubled.has(id));
  return { workPackages: alone.sort((a, b) => compareWorkPackageIds(a.id, b.id)), faults };
};

/** The usual case, without parsing the others: one file alone has the id in its name or in a line about its id. */
const findAlone = (state: FeatureState, id: string): FiledWorkPackage | undefined => {
  const aboutId = new RegExp(`work_package_id.*${id}`, 'i');
  const [document, another] = state.documents.workPackages.filter(
    ({ path, text }) => workPackageIdOfFile(path) === id || aboutId.test(text),
  );
  if (document === undefined || another !== undefined) return undefined;
  const read = readFiled(state, document);
  return read.ok && read.value.id === id ? read.value : undefined;
};

/** The work package of a file; where a manifest names its dependencies, they are these. */
const readFiled = (
  state: FeatureState,
  document: WorkPackageDocument,
): Result<FiledWorkPackage, WorkPackageFault> => {
  const read = readWorkPackage(document, state.authority);
  if (!read.ok) return read;
  const { dependencies: declared, id } = read.value;
  const { dependencies } = state.manifest.get(id) ?? read.value;
  return ok({ ...read.value, dependencies, declared, document });
};
