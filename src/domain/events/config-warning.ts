import type { Issue } from '../result.js';

type LocatedIssue = Issue & { readonly line?: number };

/** One sentence about what is wrong with a project's config, with the lines where it is, as far as they are known. */
export const describeConfigIssues = (issues: readonly LocatedIssue[]): string =>
  `.kittify/config.yaml cannot be understood: ${issues.map(describe).join('; ')}.`;

/** Adds the line of an issue's key, found by the key's name; good enough for a person to find it. */
export const locateIssue = (issue: Issue, text: string): LocatedIssue => {
  const key = issue.path.split('.').at(-1) ?? '';
  const line = text.split('\n').findIndex((content) => keyOf(content) === key);
  return line < 0 || key === '' ? issue : { ...issue, line: line + 1 };
};

const keyOf = (line: string): string | undefined => /^[\s{\ufeff]*["']?([\w-]+)["']?\s*:/.exec(line)?.[1];

const describe = ({ path, line, reason }: LocatedIssue): string =>
  [line === undefined ? '' : `line ${line}: `, path === '' ? '' : `${path} `, reason].join('');
