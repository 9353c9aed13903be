import { fromOlderLane } from '../events/older-vocabulary.js';
import { isWorkPackageId } from '../ids.js';
import { err, ok, type Result } from '../result.js';
import { isLane, type Lane } from './lane.js';
import { workPackageIdOfFile } from './work-package-id.js';

/** A work package as its file describes it. */
export interface WorkPackage {
  readonly id: string;
  readonly title: string;
  readonly lane: Lane;
  /** As written in the front matter, once each; not checked. */
  readonly dependencies: readonly string[];
  readonly agent?: string;
  /** File, relative to the project root, with `/`. */
  readonly path: string;
}

/** Why a file cannot be taken for a work package. */
export interface WorkPackageFault {
  readonly path: string;
  readonly line?: number;
  readonly reason: string;
}

/** A work package file whose front matter has been parsed, or could not be. */
export interface WorkPackageSource {
  readonly path: string;
  readonly text: string;
  readonly frontMatter: Readonly<Record<string, unknown>>;
  readonly fault?: { readonly line?: number; readonly reason: string } | undefined;
}

/**
 * Reads a work package. What is missing has a default: the lane is `planned`, id and title come from the file's name.
 * Words of older clients are understood. A lane that nobody uses is a fault, because every guess would be an event.
 */
export const readWorkPackage = (source: WorkPackageSource): Result<WorkPackage, WorkPackageFault> => {
  const { path, frontMatter } = source;
  if (source.fault !== undefined) return err({ path, ...source.fault });
  const name = path.slice(path.lastIndexOf('/') + 1);
  const id = readId(frontMatter['work_package_id']) ?? workPackageIdOfFile(name);
  if (id === undefined) return fault(source, 'work_package_id', 'names no work package id such as WP01');
  const lane = readLane(frontMatter['lane']);
  if (lane === undefined)
    return fault(source, 'lane', `is ${JSON.stringify(frontMatter['lane'])}, which is no lane`);
  const agent = asText(frontMatter['agent']);
  return ok({
    id,
    title: asText(frontMatter['title']) ?? titleOfFile(name) ?? id,
    lane,
    dependencies: readDependencies(frontMatter['dependencies']),
    path,
    ...(agent === undefined ? {} : { agent }),
  });
};

/** A lane as a person or an older client may write it; `undefined` when nobody uses the word. */
export const laneFromText = (text: string): Lane | undefined => {
  const word = text.trim().toLowerCase();
  return isLane(word) ? word : fromOlderLane(word);
};

/** A fault as one line that says where to look. */
export const describeWorkPackageFault = ({ path, line, reason }: WorkPackageFault): string =>
  `${path}${line === undefined ? '' : `:${line}`}: ${reason}`;

/** Line of a front matter key in the file, counted from 1. */
export const lineOfKey = (text: string, key: string): number | undefined => {
  const isKey = new RegExp(`^\\ufeff?["']?${key}["']?[ \\t]*:`);
  const at = text.split('\n').findIndex((line) => isKey.test(line));
  return at === -1 ? undefined : at + 1;
};

const fault = (source: WorkPackageSource, key: string, reason: string): Result<never, WorkPackageFault> => {
  const line = lineOfKey(source.text, key);
  return err({ path: source.path, ...(line === undefined ? {} : { line }), reason: `${key} ${reason}` });
};

const readId = (value: unknown): string | undefined => {
  const id = asText(value)?.toUpperCase();
  return id !== undefined && isWorkPackageId(id) ? id : undefined;
};

const readLane = (value: unknown): Lane | undefined => {
  if (value === undefined || value === null) return 'planned';
  if (typeof value !== 'string') return undefined;
  return value.trim() === '' ? 'planned' : laneFromText(value);
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

const titleOfFile = (name: string): string | undefined => {
  const words = name
    .replace(/\.md$/, '')
    .replace(/^WP\d+/, '')
    .replace(/[-_.]+/g, ' ')
    .trim();
  return words === '' ? undefined : words[0]?.toUpperCase() + words.slice(1);
};
