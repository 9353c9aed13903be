/** Counts by name, in the order in which they first came up. */
export class Counts {
  #counts = new Map();

  add(name, count = 1) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  of(name) {
    return this.#counts.get(name) ?? 0;
  }

  entries() {
    return [...this.#counts];
  }
}

export const formatCounts = (counts) => {
  const rows = counts.entries().sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(8)}`).join('\n');
};

export const formatProblems = (problems, seed) =>
  problems.length === 0
    ? `Nothing was lost, nothing came twice, every report was true. Seed ${seed}.`
    : [
        `${problems.length} problems, seed ${seed}:`,
        ...problems.slice(0, 50).map((each) => `  ${each}`),
      ].join('\n');
