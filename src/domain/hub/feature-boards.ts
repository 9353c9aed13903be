import type { CellState, FeatureBoard, FeatureState, WorkPackageState } from './cell-state.js';

/** Puts folded cells of one project together to features by slug, each with its work packages by id. */
export const featureBoards = (
  cells: readonly { readonly feature: string; readonly state: CellState }[],
): readonly FeatureBoard[] => {
  const boards = new Map<string, { feature: FeatureState | null; workPackages: WorkPackageState[] }>();
  for (const { feature, state } of cells) {
    const board = boards.get(feature) ?? { feature: null, workPackages: [] };
    boards.set(feature, board);
    if (state.kind === 'feature') board.feature = state;
    else board.workPackages.push(state);
  }
  return [...boards]
    .sort(([a], [b]) => compareText(a, b))
    .map(([slug, { feature, workPackages }]) => ({
      feature_slug: slug,
      feature,
      work_packages: workPackages.sort((a, b) => compareIds(a.wp_id, b.wp_id)),
    }));
};

/** `WP99` comes before `WP100`. */
const compareIds = (a: string, b: string): number => a.length - b.length || compareText(a, b);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
