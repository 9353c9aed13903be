/** The comparisons as one table: median with least and greatest, the ratio to the floor, and the goal. */
export const formatTable = (comparisons) => {
  const rows = comparisons.flatMap(({ work, unit, better, floor, rows: measured }) =>
    measured.map((row, index) => [
      index === 0 ? `${work} (${unit})` : '',
      row.name,
      figure(row.median),
      `${figure(row.min)} - ${figure(row.max)}`,
      row.name === floor ? 'floor' : `${row.ratio.toFixed(2)} x`,
      row.goal === undefined
        ? ''
        : `${better === 'lower' ? '<=' : '>='} ${row.goal} x ${row.met ? 'met' : 'MISSED'}`,
    ]),
  );
  const all = [['work', 'who', 'median', 'min - max', 'ratio', 'goal'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) =>
        NUMBERS.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd();
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join(
    '\n',
  );
};

const NUMBERS = new Set([2, 3, 4]);

const figure = (value) => {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);
};
