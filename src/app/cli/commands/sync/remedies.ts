/** What to do about events that stay for this reason, as it follows the reason on its line; empty where nothing helps. */
export const remedyFor = (reason: string): string => {
  const remedy = REMEDIES.find(([start]) => reason.startsWith(start))?.[1];
  return remedy === undefined ? '' : ` (${remedy})`;
};

const REMEDIES: readonly (readonly [start: string, remedy: string])[] = [
  ['held: not signed in', 'spec-kitty auth login'],
  ['held: not consented', 'allow them with: spec-kitty sync on'],
  ['held: sharing is off', 'share the project with: spec-kitty sync on'],
  ['held: config unreadable', 'see: spec-kitty sync doctor'],
  ['held: decisions unreadable', 'allow them with: spec-kitty sync on'],
  ['held: no project identity', 'see: spec-kitty sync diagnose'],
  ['held: belongs to team', 'a backlog of another team or hub: sign in there to deliver it'],
  ['dead letter', 'see: spec-kitty sync dead-letters list'],
];
