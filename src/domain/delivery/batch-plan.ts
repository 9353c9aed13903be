/** How many events travel in one request. Sizes are bytes of the events' JSON in UTF-8. */

/** Upper bounds of one batch. */
export interface BatchLimits {
  readonly maxEvents: number;
  /** Of the whole body before compression. */
  readonly maxRawBytes: number;
}

/** What every hub of the contract takes. */
export const CONTRACT_LIMITS: BatchLimits = { maxEvents: 1000, maxRawBytes: 8 * 1024 * 1024 };

/** Of the body as it travels. Known only after compression, so the transport checks it and answers `too-large`. */
export const MAX_COMPRESSED_BYTES = 1024 * 1024;

/**
 * Whether one more event fits. The first always does: an event that is too large by itself has to be sent alone, so
 * that the hub's refusal speaks of nothing else.
 */
export const hasRoom = (
  fill: { readonly events: number; readonly bytes: number },
  bytes: number,
  limits: BatchLimits,
): boolean =>
  fill.events === 0 ||
  (fill.events < limits.maxEvents && bodyBytes(fill.events + 1, fill.bytes + bytes) <= limits.maxRawBytes);

/** The limits to keep to at a hub that found this batch too large: half of it, and never more than before. */
export const learnTooLarge = (
  limits: BatchLimits,
  refused: readonly { readonly bytes: number }[],
): BatchLimits => {
  const bytes = refused.reduce((sum, event) => sum + event.bytes, 0);
  return {
    maxEvents: Math.max(1, Math.min(limits.maxEvents, Math.ceil(refused.length / 2))),
    maxRawBytes: Math.max(1, Math.min(limits.maxRawBytes, Math.ceil(bodyBytes(refused.length, bytes) / 2))),
  };
};

const BODY_FRAME_BYTES = '{"events":[]}'.length;

// One comma between two events.
const bodyBytes = (events: number, bytes: number): number =>
  BODY_FRAME_BYTES + bytes + Math.max(0, events - 1);

/** Two parts in order, the first the larger one. A piece of two or more gets smaller by it, so that halving ends. */
export const halve = <T>(piece: readonly T[]): readonly [readonly T[], readonly T[]] => {
  const middle = Math.ceil(piece.length / 2);
  return [piece.slice(0, middle), piece.slice(middle)];
};
