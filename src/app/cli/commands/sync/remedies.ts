/**
 * What to do about events that stay for this reason, as it follows the reason on its line; empty where nothing helps.
 * `path`: a checkout of the project, so that the command can be copied from wherever one stands.
 */
export const remedyFor = (reason: string, path?: string): string => {
  const [, remedy, isAboutProject] = REMEDIES.find(([start]) => reason.startsWith(start)) ?? [];
  if (remedy === undefined) return '';
  return ` (${remedy}${isAboutProject === true ? projectOption(path) : ''})`;
};

/** ` --project DIR` for the checkout at this path; empty when none is known. */
export const projectOption = (path: string | undefined): string => {
  return path === undefined ? '' : ` --project ${quotedPath(path)}`;
};

/** A path as it is typed. */
export const quotedPath = (path: string): string => (/^[\w./:\\-]+$/.test(path) ? path : `"${path}"`);

const REMEDIES: readonly (readonly [start: string, remedy: string, isAboutProject?: boolean])[] = [
  ['held: not signed in', 'spec-kitty auth login'],
  ['held: not consented', 'allow them with: spec-kitty sync on', true],
  ['held: sharing is off', 'share the project with: spec-kitty sync on', true],
  ['held: config unreadable', 'see: spec-kitty sync doctor'],
  ['held: decisions unreadable', 'allow them with: spec-kitty sync on', true],
  ['held: no project identity', 'see: spec-kitty sync diagnose'],
  [
    'held: belongs to team',
    'a backlog of another team or hub: sign in there to deliver it, or see: spec-kitty sync move --help',
  ],
  ['dead letter', 'see: spec-kitty sync dead-letters list'],
];
