/** A closed range of record numbers. */
export interface RecordRange {
  readonly from: number;
  readonly through: number;
}

/** A set of record numbers: ascending, disjoint, never adjacent ranges. */
export type RecordSet = readonly RecordRange[];

export const contains = (set: RecordSet, record: number): boolean => rangeOf(set, record) !== undefined;

/** The range of the set that holds the record. */
export const rangeOf = (set: RecordSet, record: number): RecordRange | undefined => {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = set[middle];
    if (range === undefined) return undefined;
    if (record < range.from) high = middle - 1;
    else if (record > range.through) low = middle + 1;
    else return range;
  }
  return undefined;
};

/** How many records the set holds. */
export const sizeOf = (set: RecordSet): number =>
  set.reduce((size, range) => size + range.through - range.from + 1, 0);

/** The set that holds every record of both. */
export const union = (a: RecordSet, b: RecordSet): RecordSet => {
  const sorted = [...a, ...b].sort((x, y) => x.from - y.from);
  const merged: RecordRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.through + 1) {
      merged[merged.length - 1] = { from: last.from, through: Math.max(last.through, range.through) };
    } else {
      merged.push(range);
    }
  }
  return merged;
};

/** The set of the given records, in whatever order they come. */
export const setOf = (records: readonly number[]): RecordSet => {
  // Nearly always they ascend without a gap: such a row is one range before anything is sorted.
  const rows: { from: number; through: number }[] = [];
  for (const record of records) {
    const row = rows.at(-1);
    if (row !== undefined && record === row.through + 1) row.through = record;
    else rows.push({ from: record, through: record });
  }
  return union([], rows);
};
