import { fieldOf, textOf, type BoardEvent } from './board-event.js';
import type { FeatureState } from './cell-state.js';
import { addError, addUnknown, EMPTY_SUMMARY, summarize } from './fold-summary.js';

/** A feature of which nothing is known but its slug. */
export const emptyFeature = (slug: string): FeatureState => ({
  ...EMPTY_SUMMARY,
  kind: 'feature',
  feature_slug: slug,
  feature_number: null,
  target_branch: null,
  wp_count: null,
  created_at: null,
  completed: null,
});

/** The feature after one more event. */
export const foldFeature = (before: FeatureState, event: BoardEvent): FeatureState => {
  const state = { ...before, ...summarize(before, event) };
  switch (event.event_type) {
    case 'FeatureCreated':
      return {
        ...state,
        feature_number: textOf(event.payload, 'feature_number') ?? state.feature_number,
        target_branch: textOf(event.payload, 'target_branch') ?? state.target_branch,
        wp_count: countOf(event.payload, 'wp_count') ?? state.wp_count,
        created_at: textOf(event.payload, 'created_at') ?? event.timestamp,
      };
    case 'FeatureCompleted':
      return {
        ...state,
        completed: {
          event_id: event.event_id,
          total_wps: countOf(event.payload, 'total_wps') ?? null,
          completed_at: textOf(event.payload, 'completed_at') ?? event.timestamp,
          total_duration: textOf(event.payload, 'total_duration') ?? null,
        },
      };
    case 'ErrorLogged':
      return addError(state, event);
    default:
      return addUnknown(state);
  }
};

const countOf = (payload: unknown, key: string): number | undefined => {
  const value = fieldOf(payload, key);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
};
