/** What the histories of a run were made of, so that a test that has become harmless is noticed. */
const counts = new Map<string, number>();

export const tally = (name: string, count = 1): void => {
  if (count > 0) counts.set(name, (counts.get(name) ?? 0) + count);
};

export const talliedTable = (): string => {
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([name, count]) => `${name.padEnd(44)}${String(count).padStart(9)}\n`).join('');
};
