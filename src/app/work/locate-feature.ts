import { SyncError } from '../../domain/errors.js';
import { chooseFeature, featureDirectory } from '../../domain/work/feature-slug.js';
import { readMeta } from '../../domain/work/meta-json.js';
import { STATUS_LOG } from '../../domain/work/status-log.js';
import type { FeatureDocuments, FeatureFiles, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { FeatureState } from './feature-state.js';

/** What a command knows about the feature that it is about. */
export interface FeatureRequest {
  readonly checkout: Checkout;
  /** `--feature`. */
  readonly feature?: string | undefined;
  /** `SPECIFY_FEATURE`. */
  readonly featureVariable?: string | undefined;
  /** Directory in which the command was called, its links followed. */
  readonly directory?: string;
}

/**
 * The slug of the feature that a command is about. Fails with `feature-not-found` or `feature-ambiguous`, which list
 * the candidates and what is passed over.
 */
export const locateFeature = async (
  files: Pick<FeatureFiles, 'find' | 'features' | 'strangers' | 'text'>,
  repository: Pick<Repository, 'head'>,
  request: FeatureRequest,
): Promise<string> => {
  const { checkout } = request;
  const { branch } = await repository.head(checkout);
  const hints = {
    flag: request.feature,
    variable: request.featureVariable,
    branch,
    directory: placeInProject(request.directory ?? checkout.root, checkout),
  };
  // What is meant among all names is meant among the features, too, if it is one of them. Only whether it is the only
  // one cannot be told from names.
  const named = await files.find(checkout.projectRoot, (names) => {
    const choice = chooseFeature({ ...hints, features: names, hasOthers: true });
    return choice.ok ? choice.value : undefined;
  });
  if (named !== undefined) return named;
  const features = await files.features(checkout.projectRoot);
  const others = await files.strangers(checkout.projectRoot);
  const hasOthers = others.some(({ mayBeFeature }) => mayBeFeature);
  const choice = chooseFeature({ ...hints, features, hasOthers });
  if (choice.ok) return choice.value;
  const ofMission = await featureOfMission(files, request, features);
  if (ofMission !== undefined) return ofMission;
  const { kind, message, candidates } = choice.error;
  const passedOver = others.map(({ path, reason }) => `${path} ${reason}`).join('; ');
  const sentences = [
    message,
    ...(candidates.length === 0 ? [] : [`There are: ${candidates.join(', ')}.`]),
    ...(others.length === 0 ? [] : [`Passed over: ${passedOver}.`]),
  ];
  throw new SyncError(kind, sentences.join(' '), {
    hint:
      candidates.length === 0
        ? 'Make a folder such as kitty-specs/001-name with spec.md, plan.md, tasks.md and tasks/WP01-title.md.'
        : 'Name one with --feature.',
  });
};

/** The one feature whose `meta.json` has a mission id that begins as was said: its folder need not bear the id. */
const featureOfMission = async (
  files: Pick<FeatureFiles, 'text'>,
  { feature, featureVariable, checkout }: FeatureRequest,
  features: readonly string[],
): Promise<string | undefined> => {
  const said = (feature ?? featureVariable ?? '').trim().toUpperCase();
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{7,25}$/.test(said)) return undefined;
  const metas = await Promise.all(
    features.map(async (slug) => files.text(checkout.projectRoot, `${featureDirectory(slug)}/meta.json`)),
  );
  const [only, another] = features.filter((_, at) => {
    const meta = readMeta(metas[at] ?? '');
    return meta.ok && meta.value.missionId?.startsWith(said) === true;
  });
  return another === undefined ? only : undefined;
};

/** Where features are looked for, by those who only read. */
export interface PlanSources {
  readonly files: Pick<FeatureFiles, 'find' | 'features' | 'strangers' | 'text' | 'read'>;
  readonly repository: Pick<Repository, 'head'>;
}

/** The feature that a command is about, as its files say now. Fails as the two steps of it do. */
export const findFeature = async (
  { files, repository }: PlanSources,
  request: FeatureRequest,
): Promise<FeatureState> =>
  loadFeature(files, request.checkout.projectRoot, await locateFeature(files, repository, request));

/**
 * Everything about a feature as the files say now. Fails with `feature-not-found` when it is gone; with
 * `plan-conflicted`, naming file and line, while a merge of them is not settled: both sides would be read as one plan;
 * and with `storage-corrupt` for lines of a status log that are none: what they said may be about any lane.
 */
export const loadFeature = async (
  files: Pick<FeatureFiles, 'read'>,
  projectRoot: string,
  slug: string,
): Promise<FeatureState> => {
  const documents = await files.read(projectRoot, slug);
  if (documents === undefined) {
    throw new SyncError('feature-not-found', `There is no feature ${slug}.`, {
      hint: 'Name another one with --feature.',
    });
  }
  const conflicts = conflictsIn(documents).map(
    ({ path, line }) => `${path}:${line}: a conflict that nobody settled begins here.`,
  );
  if (conflicts.length > 0) {
    throw new SyncError('plan-conflicted', conflicts.join('\n'), {
      hint: 'Nothing was read or written. Keep one side of each conflict, remove its marks, and run the command again.',
    });
  }
  const state = new FeatureState(documents);
  const path = `${documents.directory}/${STATUS_LOG}`;
  const faults = (state.statusLog?.faults ?? []).map(({ line, reason }) => `${path}:${line} ${reason}.`);
  if (faults.length === 0) return state;
  throw new SyncError('storage-corrupt', faults.join('\n'), {
    hint: 'Correct these lines: after a merge that both sides appended to, the lines of both stay.',
  });
};

/** Where git left conflicts in the documents of a feature. */
export const conflictsIn = ({
  directory,
  workPackages,
  ...documents
}: FeatureDocuments): readonly { readonly path: string; readonly line: number }[] => {
  const { spec, plan, tasks, meta, status, lanes, manifest } = documents;
  const named = {
    ...{ 'spec.md': spec, 'plan.md': plan, 'tasks.md': tasks, 'meta.json': meta },
    ...{ [STATUS_LOG]: status?.log, 'lanes.json': lanes, 'wps.yaml': manifest?.text },
  };
  const files = [
    ...Object.entries(named).map(([name, text]) => ({ path: `${directory}/${name}`, text })),
    ...workPackages,
  ];
  return files.flatMap(({ path, text = '' }) => {
    const line = conflictLine(text);
    return line === undefined ? [] : [{ path, line }];
  });
};

/** The line, counted from 1, at which git left a conflict that nobody settled; `undefined` when there is none. */
export const conflictLine = (text: string): number | undefined => {
  // Nearly every text has none, and the whole pattern would go through it once for each underline.
  const at = /<{7}|>{7}/.test(text) ? text.search(CONFLICT) : -1;
  return at === -1 ? undefined : text.slice(0, at).split('\n').length;
};

const markOf = (signs: string): string => String.raw`^\ufeff?(?:${signs})(?: .*)?\r?$`;

/** Two marks in their order, one of them the first or the last of a conflict, so that an underline is none. */
const CONFLICT = new RegExp(
  String.raw`${markOf('<{7}')}[^]*?${markOf('[|]{7}|={7}|>{7}')}|${markOf('[|]{7}|={7}')}[^]*?${markOf('>{7}')}`,
  'm',
);

/**
 * Folders above the project say nothing about its features. A work tree that lies elsewhere may bear the name of its
 * work package.
 */
const placeInProject = (directory: string, { projectRoot, root }: Checkout): string => {
  const isBelow = (folder: string): boolean =>
    directory.startsWith(folder) && /^(?:[\\/]|$)/.test(directory.slice(folder.length));
  if (isBelow(projectRoot)) return directory.slice(projectRoot.length);
  return isBelow(root) ? directory.slice(root.replace(/[\\/][^\\/]*$/, '').length) : '';
};
