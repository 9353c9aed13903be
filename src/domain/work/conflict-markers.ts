/**
 * The line, counted from 1, at which git left a conflict that nobody settled; `undefined` when there is none. It takes
 * two marks in their order, one of them the first or the last of a conflict, so that an underline is none.
 */
export const conflictLine = (text: string): number | undefined => {
  if (!text.includes('<<<<<<<') && !text.includes('>>>>>>>')) return undefined;
  const marks = [...text.matchAll(MARK)].map(({ index, 1: mark = '' }) => ({
    index,
    rank: RANKS.indexOf(mark),
  }));
  const first = marks.find(({ rank }, at) =>
    marks.slice(at + 1).some((later) => later.rank > rank && (rank === 0 || later.rank === LAST)),
  );
  return first === undefined ? undefined : text.slice(0, first.index).split('\n').length;
};

/** In the order in which git writes them. */
const RANKS = ['<<<<<<<', '|||||||', '=======', '>>>>>>>'];
const LAST = RANKS.length - 1;
const MARK = /^\ufeff?(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$/gm;
