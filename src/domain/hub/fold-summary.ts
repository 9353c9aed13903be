import { textOf as wholeTextOf, type BoardEvent } from './board-event.js';
import type { CellSummary, LoggedError } from './cell-state.js';

/** How many marks and errors a cell keeps by name; all of them are counted. */
export const KEPT_DETAILS = 20;

/** How much of a text a cell keeps: what one event says must not make every board of its project as long. */
export const KEPT_CHARACTERS = 500;

/** A text of a payload as far as a cell keeps it, `undefined` when it is missing, empty or of another type. */
export const textOf = (payload: unknown, key: string): string | undefined =>
  wholeTextOf(payload, key)?.slice(0, KEPT_CHARACTERS).replace(HALF_A_CHARACTER, '');

const HALF_A_CHARACTER = /[\uD800-\uDBFF]$/;

/** A summary before its first event; never stored and never shown. */
export const EMPTY_SUMMARY: CellSummary = {
  last_event: { event_id: '', event_type: '', lamport_clock: -1, node_id: '', timestamp: '' },
  events: 0,
  unknown: 0,
  errors: 0,
  recent_errors: [],
};

/** A cell after one more event, before what its type says. */
export const summarize = <T extends CellSummary>(state: T, event: BoardEvent): T => {
  const { event_id, event_type, lamport_clock, node_id, timestamp } = event;
  const last_event = { event_id, event_type, lamport_clock, node_id, timestamp };
  return { ...state, last_event, events: state.events + 1 };
};

/** Counts an event whose type or contents nothing can be read from. */
export const addUnknown = <T extends CellSummary>(state: T): T => ({ ...state, unknown: state.unknown + 1 });

export const addError = <T extends CellSummary>(state: T, event: BoardEvent): T => ({
  ...state,
  errors: state.errors + 1,
  recent_errors: keepLatest([...state.recent_errors, errorOf(event)]),
});

export const keepLatest = <T>(items: readonly T[]): readonly T[] => items.slice(-KEPT_DETAILS);

const errorOf = ({ event_id, payload, timestamp }: BoardEvent): LoggedError => {
  const pause = textOf(payload, 'pause_reason');
  return {
    event_id,
    error_type: textOf(payload, 'error_type') ?? 'unknown',
    error_message: textOf(payload, 'error_message') ?? '',
    agent_id: textOf(payload, 'agent_id') ?? null,
    timestamp,
    ...(pause === undefined ? {} : { pause_reason: pause }),
  };
};
