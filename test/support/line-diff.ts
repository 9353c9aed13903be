/** The lines that two texts do not share at their beginning and end: what one edit in the middle has changed. */
export const changedLines = (
  before: string,
  after: string,
): { readonly removed: readonly string[]; readonly added: readonly string[] } => {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail++;
  return { removed: old.slice(head, old.length - tail), added: now.slice(head, now.length - tail) };
};
