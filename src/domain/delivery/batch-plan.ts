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

/** An event as far as planning needs it. */
export interface Sized {
  readonly bytes: number;
}

/** What a batch has gathered so far. */
export interface BatchFill {
  readonly events: number;
  readonly bytes: number;
}

export const EMPTY_FILL: BatchFill = { events: 0, bytes: 0 };

/** The batch's fill with one more event in it. */
export const fillWith = (fill: BatchFill, bytes: number): BatchFill => ({
  events: fill.events + 1,
  bytes: fill.bytes + bytes,
});

/**
 * Whether one more event fits. The first always does: an event that is too large by itself has to be sent alone, so
 * that the hub's refusal speaks of nothing else.
 */
export const hasRoom = (fill: BatchFill, bytes: number, limits: BatchLimits): boolean =>
  fill.events === 0 ||
  (fill.events < limits.maxEvents && bodyBytes(fill.events + 1, fill.bytes + bytes) <= limits.maxRawBytes);

/** Cuts events into batches, in order: each as full as the limits allow, none empty. */
export function* planBatches<T extends Sized>(
  events: Iterable<T>,
  limits: BatchLimits,
): Generator<readonly T[]> {
  let batch: T[] = [];
  let fill = EMPTY_FILL;
  for (const event of events) {
    if (!hasRoom(fill, event.bytes, limits)) {
      yield batch;
      batch = [];
      fill = EMPTY_FILL;
    }
    batch.push(event);
    fill = fillWith(fill, event.bytes);
  }
  if (batch.length > 0) yield batch;
}

/** The limits to keep to at a hub that found this batch too large: half of it, and never more than before. */
export const learnTooLarge = (limits: BatchLimits, refused: readonly Sized[]): BatchLimits => {
  const bytes = refused.reduce((sum, event) => sum + event.bytes, 0);
  return {
    maxEvents: Math.max(1, Math.min(limits.maxEvents, Math.ceil(refused.length / 2))),
    maxRawBytes: Math.max(1, Math.min(limits.maxRawBytes, Math.ceil(bodyBytes(refused.length, bytes) / 2))),
  };
};

/** The limits within both; a hub announces its own in the snapshot. Values below 1 are no limits. */
export const tighten = (limits: BatchLimits, announced: Partial<BatchLimits>): BatchLimits => ({
  maxEvents: tighter(limits.maxEvents, announced.maxEvents),
  maxRawBytes: tighter(limits.maxRawBytes, announced.maxRawBytes),
});

const BODY_FRAME_BYTES = '{"events":[]}'.length;

// One comma between two events.
const bodyBytes = (events: number, bytes: number): number =>
  BODY_FRAME_BYTES + bytes + Math.max(0, events - 1);

const tighter = (own: number, other: number | undefined): number =>
  other !== undefined && other >= 1 ? Math.min(own, Math.floor(other)) : own;

/**
 * Finds the events for which a hub refuses a whole batch without naming them, or which are too large for it, while
 * everything else is delivered in order. A bisection is the list of pieces that are still to be sent, oldest first;
 * only its first piece is ever on its way.
 */
export interface Bisection<T> {
  readonly pieces: readonly (readonly T[])[];
}

/** What a refusal leads to. */
interface Narrowed<T> {
  readonly rest: Bisection<T>;
  /** Set when the refused piece was one event alone: it is the culprit. */
  readonly isolated?: T;
}

export const bisectionOf = <T>(batch: readonly T[]): Bisection<T> => ({
  pieces: batch.length === 0 ? [] : [batch],
});

/** What to send next; `undefined` when everything is answered or isolated. */
export const nextPiece = <T>(bisection: Bisection<T>): readonly T[] | undefined => bisection.pieces[0];

/** The first piece was answered event by event; what of it is to be sent again comes next. */
export const afterAnswer = <T>(bisection: Bisection<T>, again: readonly T[] = []): Bisection<T> => ({
  pieces: [...(again.length === 0 ? [] : [again]), ...bisection.pieces.slice(1)],
});

/** The first piece was refused whole: it is halved, or, when it is one event alone, isolated. */
export const afterRefusal = <T>(bisection: Bisection<T>): Narrowed<T> => {
  const [piece, ...others] = bisection.pieces;
  if (piece === undefined) return { rest: bisection };
  const [only] = piece;
  if (piece.length === 1 && only !== undefined) return { rest: { pieces: others }, isolated: only };
  return { rest: { pieces: [...halve(piece), ...others] } };
};

/**
 * The first piece was refused because of events that the hub named: the others go again. When it named none of this
 * piece, the refusal counts as one of the whole, so that every step makes a piece smaller.
 */
export const afterNamedRefusal = <T>(
  bisection: Bisection<T>,
  isNamed: (event: T) => boolean,
): Narrowed<T> => {
  const [piece, ...others] = bisection.pieces;
  if (piece === undefined) return { rest: bisection };
  const unnamed = piece.filter((event) => !isNamed(event));
  if (unnamed.length === piece.length) return afterRefusal(bisection);
  return { rest: { pieces: unnamed.length === 0 ? others : [unnamed, ...others] } };
};

/** Two parts in order, the first the larger one. */
export const halve = <T>(piece: readonly T[]): readonly [readonly T[], readonly T[]] => {
  const middle = Math.ceil(piece.length / 2);
  return [piece.slice(0, middle), piece.slice(middle)];
};
