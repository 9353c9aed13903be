import { featureNumber } from '../ids.js';
import { err, ok, type Result } from '../result.js';

/** The directory of a feature, relative to the project root. */
export const featureDirectory = (slug: string): string => `kitty-specs/${slug}`;

/** The branch and worktree name of a work package. */
export const workPackageBranch = (slug: string, workPackageId: string): string => `${slug}-${workPackageId}`;

/**
 * The features that a word may mean: the one of this very name, else all those of this number (`28`, `WEB-001`), of
 * these words without number and mission id, or with these first eight characters of a mission id.
 */
export const featuresCalled = (word: string, features: readonly string[]): readonly string[] => {
  if (features.includes(word)) return [word];
  const wanted = word.toLowerCase();
  return features.filter((slug) => {
    const [, number, digits, words = slug] = NUMBERED.exec(slug) ?? [];
    const missions = [slug, words].flatMap((whole) => WITH_MISSION.exec(whole)?.slice(1) ?? []);
    const names = [slug, words, number ?? '', ...missions].map((name) => name.toLowerCase());
    const isNumber = digits !== undefined && /^\d+$/.test(word) && Number(digits) === Number(word);
    return names.includes(wanted) || isNumber;
  });
};

/** A number such as `028`, or one of a tracker such as `WEB-001`, in front of the words. */
const NUMBERED = /^((?:[a-z]+-)?(\d+))-(.+)$/iu;

/** The first eight characters of a ULID behind the words. */
const WITH_MISSION = /^(.+)-([0-7][0-9A-HJKMNP-TV-Z]{7})$/u;

/**
 * The feature whose branch or work tree has this name: that of a work package (`028-sync-WP01`), of a lane
 * (`kitty/mission-sync-01KQHABC-lane-a`), or of the feature itself.
 */
export const featureOfBranch = (branch: string, features: readonly string[]): string | undefined => {
  const name = branch.replace(/^kitty\/mission-/, '');
  const bare = name.replace(/-WP\d{2,4}(?:-merge-base)?$/, '').replace(/-lane-[a-z]+$/, '');
  const exact = [name, bare].find((each) => features.includes(each));
  if (exact !== undefined || name === branch) return exact;
  const [only, another] = featuresCalled(bare, features);
  return another === undefined ? only : undefined;
};

/** Everything that may say which feature a command is about. */
export interface FeatureHints {
  /** `--feature`. */
  readonly flag?: string | undefined;
  /** `SPECIFY_FEATURE`. */
  readonly variable?: string | undefined;
  /** Branch of the checkout in which the command was called. */
  readonly branch?: string | undefined;
  /** Directory in which the command was called, absolute or relative, with either kind of slash. */
  readonly directory?: string | undefined;
  /** Slugs that exist. */
  readonly features: readonly string[];
  /** Whether there are folders beside them that may be features and cannot be read: then none is the only one. */
  readonly hasOthers?: boolean;
}

export interface NoFeature {
  readonly kind: 'feature-not-found' | 'feature-ambiguous';
  readonly message: string;
  readonly candidates: readonly string[];
}

/**
 * The feature that is meant: what the user says, else where the user stands, else the only one there is. Never a guess
 * among several. What was said and does not exist is an error; a place that names no existing feature says nothing.
 */
export const chooseFeature = (hints: FeatureHints): Result<string, NoFeature> => {
  const { flag = '', variable = '', branch = '', directory = '', features, hasOthers = false } = hints;
  if (flag.trim() !== '') return choose(flag, '--feature', features);
  if (variable.trim() !== '') return choose(variable, 'SPECIFY_FEATURE', features);
  const onBranch = featureOfBranch(branch, features);
  if (onBranch !== undefined) return ok(onBranch);
  const inDirectory = directorySlug(directory, features);
  if (inDirectory !== undefined) return ok(inDirectory);
  const [first, second] = features;
  if (first === undefined) {
    const message = `There is no feature ${hasOthers ? 'that can be read ' : ''}in kitty-specs/.`;
    return err({ kind: 'feature-not-found', message, candidates: features });
  }
  if (second === undefined && !hasOthers) return ok(first);
  const message = 'Several features exist and none was named.';
  return err({ kind: 'feature-ambiguous', message, candidates: features });
};

/** A slug, or another name that only one feature has. */
const choose = (said: string, where: string, features: readonly string[]): Result<string, NoFeature> => {
  const wanted = said
    .trim()
    .replace(/^(?:\.\/)?kitty-specs\//, '')
    .replace(/\/+$/, '');
  const fitting = featuresCalled(wanted, features);
  const [only, another] = fitting;
  if (only !== undefined && another === undefined) return ok(only);
  const name = `${JSON.stringify(wanted)} (from ${where})`;
  return err(
    only === undefined
      ? { kind: 'feature-not-found', message: `There is no feature ${name}.`, candidates: features }
      : { kind: 'feature-ambiguous', message: `Several features are called ${name}.`, candidates: fitting },
  );
};

/**
 * The innermost folder that bears the name of a feature, or of a work package's worktree. A name without a number may
 * be that of any folder, so it counts only where features and work trees lie.
 */
const directorySlug = (directory: string, features: readonly string[]): string | undefined => {
  const segments = directory.split(/[\\/]+/);
  const named = segments.flatMap((segment, at) => {
    const slug = featureOfBranch(segment, features);
    const isPlace = ['kitty-specs', '.worktrees'].includes(segments[at - 1] ?? '');
    return slug !== undefined && (isPlace || featureNumber(slug) !== undefined) ? [slug] : [];
  });
  return named.at(-1);
};
