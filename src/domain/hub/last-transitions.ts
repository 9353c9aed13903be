import { compareCausal, isFollowed } from '../events/lamport.js';
import { isLane, type Lane } from '../events/lane.js';
import { cellKey, cellOf, fieldOf, type BoardCell, type BoardEvent } from './board-event.js';

/**
 * Where a team's log has work packages, for a reader that keeps none of it: of the transitions that it was told of, in
 * whatever order and however often, the last one in causal order counts, as in the hub's own fold.
 */
export class LastTransitions {
  readonly #last = new Map<string, { readonly event: BoardEvent; readonly lane: Lane }>();

  hear(event: BoardEvent): void {
    const { event_type: type, lamport_clock: clock, payload } = event;
    const lane = fieldOf(payload, 'new_status');
    if (type !== 'WPStatusChanged' || !isFollowed(clock)) return;
    if (!isLane(lane) || !isLane(fieldOf(payload, 'previous_status'))) return;
    const key = cellKey(cellOf(event));
    const known = this.#last.get(key);
    if (known === undefined || compareCausal(event, known.event) > 0) this.#last.set(key, { event, lane });
  }

  /** `undefined` where no transition was told of. */
  laneOf(cell: BoardCell): Lane | undefined {
    return this.#last.get(cellKey(cell))?.lane;
  }
}
