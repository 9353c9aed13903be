import type { Lane } from './lane.js';

/** The lanes of older clients, as the lane of ours that says the same about the work. */
const OLDER_LANES: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ['claimed', 'planned'],
  ['in_progress', 'doing'],
  ['blocked', 'doing'],
  ['in_review', 'for_review'],
  ['approved', 'for_review'],
  ['canceled', 'planned'],
]);

/** Our lane for a lane of older clients; `undefined` when the text is none of theirs. */
export const fromOlderLane = (text: string): Lane | undefined => OLDER_LANES.get(text);
