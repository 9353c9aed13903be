import { isWorkPackageId } from '../ids.js';
import { err, ok, type Result } from '../result.js';
import {
  fromOlderLane,
  isLane,
  laneName,
  loggedLaneFromText,
  placeOf,
  type Lane,
  type Placed,
} from '../events/lane.js';
import type { LoggedWorkPackage, StatusLog } from './status-log.js';
import { describePlace, fileName, lineMatching, type Place } from './place.js';
import { rosterOf } from './task-marks.js';
import { workPackageIdOfFile } from './work-package-id.js';

/** A work package as its file describes it. */
export interface WorkPackage extends Placed {
  readonly id: string;
  readonly title: string;
  /** As written in the front matter, once each; not checked. */
  readonly dependencies: readonly string[];
  readonly agent?: string;
  /** Task ids that the front matter lists, if any; their state is in boxes of `tasks.md` or in the status log. */
  readonly roster?: readonly string[];
  /** When it came into its lane, as the status log says. */
  readonly since?: string;
  /** The word of the front matter, where the status log says otherwise. */
  readonly contradicting?: string;
  /** File, relative to the project root, with `/`. */
  readonly path: string;
}

/** A status log that decides about lanes. */
export interface StatusAuthority {
  /** File, relative to the project root, with `/`. */
  readonly path: string;
  readonly log: StatusLog;
}

/** Why a file cannot be taken for a work package. */
export interface WorkPackageFault extends Place {
  readonly reason: string;
}

/** A work package file whose front matter has been parsed, or could not be. */
export interface WorkPackageSource {
  readonly path: string;
  readonly text: string;
  /** Any YAML values; empty when the file has none. */
  readonly frontMatter: Readonly<Record<string, unknown>>;
  readonly fault?: Omit<WorkPackageFault, 'path'> | undefined;
}

/**
 * Reads a work package. What is missing has a default: the lane is `planned`, id and title come from the file's name.
 * Words of older clients are understood. A lane that nobody uses is a fault, because every guess would be an event.
 * Where a status log decides, the front matter's lane is a copy that may be old.
 */
export const readWorkPackage = (
  source: WorkPackageSource,
  authority?: StatusAuthority,
): Result<WorkPackage, WorkPackageFault> => {
  const { path, frontMatter } = source;
  if (source.fault !== undefined) return err({ path, ...source.fault });
  const id = readId(frontMatter['work_package_id']) ?? workPackageIdOfFile(path);
  if (id === undefined) return fault(source, 'work_package_id', 'names no work package id such as WP01');
  const logged = authority?.log.workPackages.get(id);
  const place =
    authority === undefined ? frontMatterPlace(source) : loggedPlace(authority.path, id, logged, frontMatter);
  if (!place.ok) return place;
  const roster = rosterOf(frontMatter['subtasks']);
  const agent = logged?.agent ?? asText(frontMatter['agent']);
  return ok({
    id,
    title: asText(frontMatter['title']) ?? titleOfFile(path) ?? id,
    ...place.value,
    dependencies: readDependencies(frontMatter['dependencies']),
    path,
    ...(agent === undefined ? {} : { agent }),
    ...(roster.length === 0 ? {} : { roster }),
  });
};

/** A lane as a person or an older client may write it; `undefined` when nobody uses the word. */
export const laneFromText = (text: string): Lane | undefined => {
  const word = text.trim().toLowerCase();
  return isLane(word) ? word : fromOlderLane(word);
};

/** The dependencies of a work package that nobody has finished implementing, with their lanes where there are any. */
export const unreadyDependencies = (
  { dependencies }: WorkPackage,
  all: readonly WorkPackage[],
): readonly { readonly id: string; readonly lane: string | undefined }[] =>
  dependencies.flatMap((id) => {
    const needed = all.find((each) => each.id === id);
    if (needed?.lane === 'for_review' || needed?.lane === 'done') return [];
    return [{ id, lane: needed === undefined ? undefined : laneName(needed) }];
  });

/** A fault as one line that says where to look. */
export const describeWorkPackageFault = (fault: WorkPackageFault): string =>
  `${describePlace(fault)}: ${fault.reason}`;

/** Line of a front matter key in the file, counted from 1. */
export const lineOfKey = (text: string, key: string): number | undefined =>
  lineMatching(text, new RegExp(`^\\ufeff?["']?${key}["']?[ \\t]*:`));

const fault = (
  { path, text }: WorkPackageSource,
  key: string,
  reason: string,
): Result<never, WorkPackageFault> => err({ path, line: lineOfKey(text, key), reason: `${key} ${reason}` });

const readId = (value: unknown): string | undefined => {
  const id = asText(value)?.toUpperCase();
  return id !== undefined && isWorkPackageId(id) ? id : undefined;
};

/** Older writers meant `claimed` for work that nobody had begun. */
const frontMatterPlace = (source: WorkPackageSource): Result<Placed, WorkPackageFault> => {
  const { lane } = source.frontMatter;
  const word = typeof lane === 'string' ? lane.trim().toLowerCase() : (lane ?? '');
  if (word === '' || word === 'claimed') return ok({ lane: 'planned' });
  const logged = typeof word === 'string' ? loggedLaneFromText(word) : undefined;
  if (logged === 'in_progress') return ok({ lane: 'doing' });
  if (logged !== undefined && logged !== 'uninitialized') return ok(placeOf(logged));
  return fault(source, 'lane', `is ${JSON.stringify(lane)}, which is no lane`);
};

type LoggedPlace = Placed & Pick<WorkPackage, 'since' | 'contradicting'>;

const loggedPlace = (
  path: string,
  id: string,
  logged: LoggedWorkPackage | undefined,
  { lane }: Readonly<Record<string, unknown>>,
): Result<LoggedPlace, WorkPackageFault> => {
  const standing = logged?.standing;
  const word = standing?.to === undefined ? 'uninitialized' : loggedLaneFromText(standing.to);
  if (word === undefined) {
    const reason = `${id} is in ${JSON.stringify(standing?.to)}, which is no lane`;
    return err({ path, line: standing?.line, reason });
  }
  const place = placeOf(word);
  const copy = asText(lane);
  const said = copy === undefined ? undefined : loggedLaneFromText(copy);
  const isCopied = copy === undefined || (said !== undefined && placeOf(said).lane === place.lane);
  return ok({
    ...place,
    ...(standing === undefined ? {} : { since: standing.at }),
    ...(isCopied ? {} : { contradicting: copy }),
  });
};

/** A list of ids; a text that holds ids, such as an older writer's `['WP01']`, is read as the list it means. */
const readDependencies = (value: unknown): readonly string[] => {
  const items = Array.isArray(value)
    ? (value as readonly unknown[])
    : (asText(value)?.match(/WP\d+/gi) ?? []);
  const ids = items.map(asText).filter((item) => item !== undefined);
  return [...new Set(ids.map((id) => (/^wp\d+$/i.test(id) ? id.toUpperCase() : id)))];
};

/** Scalars as text, on one line; nothing for an empty one. */
const asText = (value: unknown): string | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value).replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
};

const titleOfFile = (path: string): string | undefined => {
  const words = fileName(path)
    .replace(/\.md$/, '')
    .replace(/^WP\d+/, '')
    .replace(/[-_.]+/g, ' ')
    .trim();
  return words === '' ? undefined : words[0]?.toUpperCase() + words.slice(1);
};
