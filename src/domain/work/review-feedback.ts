import { asOneLine, markdownLines, sectionEnd, type LineEnding, type MarkdownLine } from './markdown.js';

/** Why a reviewer sends a work package back. */
export interface ReviewFeedback {
  readonly text: string;
  readonly reviewer: string;
  /** ISO 8601 UTC. */
  readonly timestamp: string;
}

/**
 * The body with the feedback at the end of its `## Review Feedback` section, which is made in front of the Activity
 * Log when it is missing. The text is quoted line by line, so that headings and fences in it stay without effect.
 */
export const withFeedback = (body: string, feedback: ReviewFeedback, eol: LineEnding): string => {
  const lines = markdownLines(body);
  const entry = formatFeedback(feedback, eol);
  const heading = indexOfHeading(lines, 'review feedback');
  if (heading === undefined)
    return insertBlock(body, placeForSection(lines, body), `## Review Feedback${eol}${eol}${entry}`, eol);
  let last = sectionEnd(lines, heading, 2) - 1;
  while (last > heading && isBlankOrRule(lines[last]?.text ?? '')) last--;
  return insertBlock(body, lines[last]?.next ?? body.length, entry, eol);
};

const formatFeedback = ({ text, reviewer, timestamp }: ReviewFeedback, eol: LineEnding): string =>
  [
    `**Changes requested** by ${asOneLine(reviewer)} at ${timestamp}:`,
    '',
    ...text
      .trim()
      .split(/\r\n|\r|\n/)
      .map((line) => `> ${line}`.trimEnd()),
  ].join(eol);

/** Puts a block between the lines before and after `at`, with one blank line on either side. */
const insertBlock = (body: string, at: number, block: string, eol: LineEnding): string => {
  const before = body.slice(0, at);
  const after = body.slice(at);
  const ended = before === '' || before.endsWith('\n') ? before : before + eol;
  const gap = ended === '' || /\n\r?\n$/.test(ended) ? '' : eol;
  const close = after === '' && before !== ended ? '' : eol;
  return `${ended}${gap}${block}${close}${after === '' || /^\r?\n/.test(after) ? '' : eol}${after}`;
};

const placeForSection = (lines: readonly MarkdownLine[], body: string): number => {
  const log = indexOfHeading(lines, 'activity log');
  return log === undefined ? body.length : (lines[log]?.start ?? body.length);
};

const indexOfHeading = (lines: readonly MarkdownLine[], title: string): number | undefined => {
  const at = lines.findIndex(({ heading }) => heading?.level === 2 && heading.title.toLowerCase() === title);
  return at === -1 ? undefined : at;
};

const isBlankOrRule = (line: string): boolean => /^\s*(?:-{3,}|\*{3,}|_{3,})?\s*$/.test(line);
