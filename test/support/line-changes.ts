import { DIFF, plainDiff } from './plain-diff.js';
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
  const diff = await sandbox.git([...DIFF, ...range], root);
  return plainDiff(diff)
    .replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>');
};
