import { err, ok, type Result } from '../result.js';
import { parseFeatureSlug, slugOfBranch } from './feature-slug.js';

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
  const onBranch = hints.branch === undefined ? undefined : slugOfBranch(hints.branch);
  if (onBranch !== undefined && features.includes(onBranch)) return ok({ slug: onBranch, source: 'branch' });
  const inDirectory = directorySlug(hints.directory ?? '', features);
  if (inDirectory !== undefined) return ok({ slug: inDirectory, source: 'directory' });
  const [first, second] = features;
  if (first === undefined) return none('feature-not-found', 'There is no feature in kitty-specs/.', features);
  if (second === undefined) return ok({ slug: first, source: 'only-one' });
  return none('feature-ambiguous', 'Several features exist and none was named.', features);
};

const isSaid = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

/** A slug, or the number alone when only one feature has it. */
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
  if (features.includes(wanted)) return ok({ slug: wanted, source });
  const fitting = features.filter((slug) => parseFeatureSlug(slug)?.number === wanted);
  const [only, another] = fitting;
  if (only !== undefined && another === undefined) return ok({ slug: only, source });
  return only === undefined
    ? none('feature-not-found', `There is no feature ${JSON.stringify(wanted)} (from ${where}).`, features)
    : none('feature-ambiguous', `Several features have the number ${wanted} (from ${where}).`, fitting);
};

/** The innermost folder that bears the name of a feature, or of a work package's worktree. */
const directorySlug = (directory: string, features: readonly string[]): string | undefined =>
  directory
    .split(/[\\/]+/)
    .reverse()
    .map(slugOfBranch)
    .find((slug) => slug !== undefined && features.includes(slug));

const none = (
  kind: NoFeature['kind'],
  message: string,
  candidates: readonly string[],
): { readonly ok: false; readonly error: NoFeature } => err({ kind, message, candidates });
