import { err, ok, type Result } from '../result.js';
import { featureOfBranch, featuresCalled } from './feature-slug.js';
import { featureNumber } from '../ids.js';

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

export type FeatureChoiceSource = 'flag' | 'variable' | 'branch' | 'directory' | 'only-one';

export interface FeatureChoice {
  readonly slug: string;
  readonly source: FeatureChoiceSource;
}

export interface NoFeature {
  readonly kind: 'feature-not-found' | 'feature-ambiguous';
  readonly message: string;
  readonly candidates: readonly string[];
}

/**
 * Which feature is meant: what the user says, else where the user stands, else the only one there is. Never a guess
 * among several. What was said and does not exist is an error; a place that names no existing feature says nothing.
 */
export const chooseFeature = (hints: FeatureHints): Result<FeatureChoice, NoFeature> => {
  const { features } = hints;
  if (isSaid(hints.flag)) return choose(hints.flag, 'flag', '--feature', features);
  if (isSaid(hints.variable)) return choose(hints.variable, 'variable', 'SPECIFY_FEATURE', features);
  const onBranch = hints.branch === undefined ? undefined : featureOfBranch(hints.branch, features);
  if (onBranch !== undefined) return ok({ slug: onBranch, source: 'branch' });
  const inDirectory = directorySlug(hints.directory ?? '', features);
  if (inDirectory !== undefined) return ok({ slug: inDirectory, source: 'directory' });
  const [first, second] = features;
  const hasOthers = hints.hasOthers === true;
  if (first === undefined) {
    const message = `There is no feature ${hasOthers ? 'that can be read ' : ''}in kitty-specs/.`;
    return none('feature-not-found', message, features);
  }
  if (second === undefined && !hasOthers) return ok({ slug: first, source: 'only-one' });
  return none('feature-ambiguous', 'Several features exist and none was named.', features);
};

const isSaid = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

/** A slug, or another name that only one feature has. */
const choose = (
  said: string,
  source: FeatureChoiceSource,
  where: string,
  features: readonly string[],
): Result<FeatureChoice, NoFeature> => {
  const wanted = said
    .trim()
    .replace(/^(?:\.\/)?kitty-specs\//, '')
    .replace(/\/+$/, '');
  const fitting = featuresCalled(wanted, features);
  const [only, another] = fitting;
  if (only !== undefined && another === undefined) return ok({ slug: only, source });
  return only === undefined
    ? none('feature-not-found', `There is no feature ${JSON.stringify(wanted)} (from ${where}).`, features)
    : none(
        'feature-ambiguous',
        `Several features are called ${JSON.stringify(wanted)} (from ${where}).`,
        fitting,
      );
};

/**
 * The innermost folder that bears the name of a feature, or of a work package's worktree. A name without a number may
 * be that of any folder, so it counts only where features and work trees lie.
 */
const directorySlug = (directory: string, features: readonly string[]): string | undefined => {
  const segments = directory.split(/[\\/]+/);
  return segments
    .map((segment, at) => {
      const slug = featureOfBranch(segment, features);
      const isPlace = PLACES.has(segments[at - 1] ?? '');
      return slug !== undefined && (isPlace || featureNumber(slug) !== undefined) ? slug : undefined;
    })
    .filter((slug) => slug !== undefined)
    .at(-1);
};

const PLACES: ReadonlySet<string> = new Set(['kitty-specs', '.worktrees']);

const none = (
  kind: NoFeature['kind'],
  message: string,
  candidates: readonly string[],
): { readonly ok: false; readonly error: NoFeature } => err({ kind, message, candidates });
