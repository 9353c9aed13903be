import { asOneLine } from './markdown.js';

/** First line of the commit that merges a work package, as its history is read later. */
export const mergeSubject = (
  { id, title, branch }: { readonly id: string; readonly title: string; readonly branch: string },
  { slug, target }: { readonly slug: string; readonly target: string },
  { strategy = 'merge' }: { readonly strategy?: 'merge' | 'squash' },
): string =>
  strategy === 'merge' ? `Merge branch '${branch}' into ${target}` : asOneLine(`${id}: ${title} (${slug})`);
