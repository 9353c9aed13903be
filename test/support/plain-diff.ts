/** A diff of git's without context lines, in short: the name of each file once, its hunks, its lines. */
export const plainDiff = (diff: string): string =>
  diff
    .split('\n')
    .filter(
      (line) => !/^(diff --git|index |new file mode|deleted file mode|old mode|new mode|--- )/.test(line),
    )
    .map((line) => line.replace(/^\+\+\+ b\//, 'file ').replace(/^@@ (.*?) @@.*$/, '@@ $1'))
    .join('\n');

/** The arguments with which git prints such a diff. */
export const DIFF = ['diff', '--no-color', '--no-renames', '--unified=0'] as const;
