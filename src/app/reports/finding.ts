import type { DataOf } from '../documents/all.js';

type Told = DataOf<'sync doctor'>['findings'][number];

/** What is looked at. */
export type Check = Told['check'];

/** How much it matters: something is broken, something will be, or it is only good to know. */
type Severity = Told['severity'];

/** Something that an examination found, and what to do about it. */
export interface Finding extends Omit<Told, 'fixable'> {
  /** What `--fix` would do about it; absent where only a person should. */
  readonly fix?: Fix;
}

/** Only what loses nothing. */
export type Fix =
  | { readonly fix: 'secure-files'; readonly paths: readonly string[] }
  | { readonly fix: 'remove-stale-files'; readonly paths: readonly string[] }
  | { readonly fix: 'forget-checkout'; readonly path: string }
  | { readonly fix: 'seal-waiting'; readonly projectUuid: string | undefined };

/** What a check finds. */
export type Judged = Omit<Finding, 'check'>;

const finding =
  (severity: Severity) =>
  (message: string, remedy: string, fix?: Fix): Judged => ({
    ...{ severity, message, remedy },
    ...(fix === undefined ? {} : { fix }),
  });

export const problem = finding('problem');
export const warning = finding('warning');
export const note = finding('note');

/** The remedy of what can be put right without a person. */
export const FIX_IT = 'spec-kitty sync doctor --fix';

/** The most urgent first; of equally urgent ones in the order of the checks. */
export const inOrder = (checked: readonly (readonly [Check, Iterable<Judged>])[]): readonly Finding[] => {
  const findings = checked.flatMap(([check, judged]) => [...judged].map((each) => ({ check, ...each })));
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
};

const SEVERITIES: readonly Severity[] = ['problem', 'warning', 'note'];
