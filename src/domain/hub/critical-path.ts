import type { WorkPackageState } from './cell-state.js';

/**
 * The longest row of work packages that are not done and wait for each other, the first one first: what decides how long
 * a feature takes. Of equally long rows the one that comes first in the list. Empty when nothing that is open waits for
 * anything that is open. A work package that waits for itself, by whatever way, is followed once.
 */
export const criticalPath = (workPackages: readonly WorkPackageState[]): readonly string[] => {
  const open = new Map(
    workPackages.filter(({ lane }) => lane !== 'done').map((state) => [state.wp_id, state]),
  );
  const rows = new Map<string, readonly string[]>();
  const longestTo = (id: string, above: ReadonlySet<string>): readonly string[] => {
    const known = rows.get(id);
    if (known !== undefined) return known;
    const within = new Set([...above, id]);
    const before = (open.get(id)?.dependencies ?? [])
      .filter(({ wp_id: needed }) => open.has(needed) && !within.has(needed))
      .map(({ wp_id: needed }) => longestTo(needed, within))
      .reduce(longer, []);
    const row = [...before, id];
    rows.set(id, row);
    return row;
  };
  const longest = [...open.keys()].map((id) => longestTo(id, new Set())).reduce(longer, []);
  return longest.length > 1 ? longest : [];
};

const longer = (one: readonly string[], other: readonly string[]): readonly string[] =>
  other.length > one.length ? other : one;
