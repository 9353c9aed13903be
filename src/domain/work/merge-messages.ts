import { commitSubject } from './commit-message.js';

/** First line of the commit that merges a work package. Rules for commit messages know git's own words for a merge. */
export const mergeSubject = (
  { id, title, branch }: { readonly id: string; readonly title: string; readonly branch: string },
  { slug, target }: { readonly slug: string; readonly target: string },
  { strategy = 'merge' }: { readonly strategy?: 'merge' | 'squash' },
): string =>
  strategy === 'merge'
    ? `Merge branch '${branch}' into ${target}`
    : commitSubject(`merge ${id}, ${title}`, slug);
