import type { Sandbox } from './sandbox.js';

/**
 * The lines by which the last commit, or the range that is named, changed the files of a repository, without what
 * differs from run to run: ids of events are `<id>`, times `<time>`.
 */
export const lineChanges = async (
  sandbox: Sandbox,
  range: readonly string[] = ['HEAD~1', 'HEAD'],
  root = sandbox.project,
): Promise<string> => {
  const diff = await sandbox.git(['diff', '--no-color', '--no-renames', '--unified=0', ...range], root);
  return diff
    .split('\n')
    .filter((line) => !/^(diff --git|index |new file mode|--- )/.test(line))
    .map((line) => line.replace(/^\+\+\+ b\//, 'file ').replace(/^@@ (.*?) @@.*$/, '@@ $1'))
    .map((line) => line.replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '<id>'))
    .map((line) => line.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'))
    .join('\n');
};
