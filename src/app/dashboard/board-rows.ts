import type { FeatureBoard, WorkPackageState } from '../../domain/hub/cell-state.js';
import { boards, projects, version } from './live.js';

/** A work package with its place. */
export interface Row {
  readonly project: string;
  readonly feature: string;
  readonly state: WorkPackageState;
}

export const projectName = (uuid: string): string =>
  projects.get(uuid)?.project_slug ?? (uuid === '' ? 'no project' : uuid.slice(0, 8));

/** All features of one project, or of all. Reading it makes a component move with the boards. */
export const features = (
  only?: string,
): readonly { readonly project: string; readonly board: FeatureBoard }[] =>
  version.value < 0
    ? []
    : boards
        .projects()
        .filter((project) => only === undefined || project === only)
        .flatMap((project) => boards.board(project).map((board) => ({ project, board })));

export const rows = (only?: string): readonly Row[] =>
  features(only).flatMap(({ project, board }) =>
    board.work_packages.map((state) => ({ project, feature: board.feature_slug, state })),
  );

export const titleOf = ({ title, wp_id: id }: WorkPackageState): string => title ?? id;
