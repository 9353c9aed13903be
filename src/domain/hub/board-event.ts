import { isWorkPackageId, featureNumber } from '../ids.js';
import type { CausalPosition } from '../events/lamport.js';

/** What the board reads of an event: any envelope, ours or an older client's after its vocabulary was converted. */
export interface BoardEvent extends CausalPosition {
  readonly event_type: string;
  readonly aggregate_id: string;
  readonly payload: unknown;
  readonly timestamp: string;
  readonly project_uuid?: string | null;
  readonly project_slug?: string | null;
}

/**
 * The part of the board that an event can change: one work package of one feature, or, with an empty work package,
 * the feature itself. Cells never look at each other, so each is folded on its own. An empty project or feature is
 * one that the writer did not name.
 */
export interface BoardCell {
  readonly project: string;
  readonly feature: string;
  readonly workPackage: string;
}

export const cellOf = (event: BoardEvent): BoardCell => ({
  project: event.project_uuid?.toLowerCase() ?? '',
  feature:
    textOf(event.payload, 'feature_slug') ??
    (featureNumber(event.aggregate_id) === undefined ? '' : event.aggregate_id),
  workPackage: workPackageOf(event),
});

/** One text for one cell; no two cells share it. */
export const cellKey = (cell: BoardCell): string =>
  JSON.stringify([cell.project, cell.feature, cell.workPackage]);

/** A text of a payload as far as a board keeps it, `undefined` when it is missing, empty or of another type. */
export const textOf = (payload: unknown, key: string): string | undefined => {
  const value = fieldOf(payload, key);
  if (typeof value !== 'string' || value === '') return undefined;
  return value.slice(0, KEPT_CHARACTERS).replace(HALF_A_CHARACTER, '');
};

/** How much of a text a cell keeps: what one event says must not make every board of its project as long. */
export const KEPT_CHARACTERS = 500;

const HALF_A_CHARACTER = /[\uD800-\uDBFF]$/;

export const fieldOf = (payload: unknown, key: string): unknown =>
  typeof payload === 'object' && payload !== null && Object.hasOwn(payload, key)
    ? (payload as Readonly<Record<string, unknown>>)[key]
    : undefined;

const workPackageOf = (event: BoardEvent): string => {
  const named = textOf(event.payload, 'wp_id');
  if (named !== undefined && isWorkPackageId(named)) return named;
  return isWorkPackageId(event.aggregate_id) ? event.aggregate_id : '';
};
