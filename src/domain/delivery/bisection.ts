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
