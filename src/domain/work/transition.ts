import type { WorkPackageLane } from '../events/lane.js';
import { appendActivityLine, formatActivityLine, uniqueActivityLine } from './activity-log.js';
import { lineEndingOf, asOneLine, markdownLines, sectionEnd } from './markdown.js';
import type { LineEnding, MarkdownLine } from './markdown.js';

/** A change of a work package file, to be applied without touching anything else. */
export type WorkPackageEdit =
  /** Sets a front matter key in place, or adds it before the closing line. */
  | { readonly edit: 'set'; readonly key: string; readonly value: string | readonly string[] }
  /** Replaces the body. */
  | { readonly edit: 'body'; readonly body: string };

/** A work package file as far as an entry of its Activity Log needs it. */
export interface LoggedFile {
  /** The whole file. */
  readonly text: string;
  /** What follows the front matter. */
  readonly body: string;
}

/** One entry that is about to be written. */
export interface LogEntry {
  /** The lane in which the work package is afterwards. */
  readonly lane: WorkPackageLane;
  /** Who writes the entry. */
  readonly by: string;
  readonly note: string;
  /** ISO 8601 UTC, see {@link activityTime}. */
  readonly timestamp: string;
}

export interface TransitionEntry extends LogEntry {
  /** Who is in charge from now on; absent leaves the front matter's agent. */
  readonly agent?: string;
  /** The front matter gets no lane: a status log has it. */
  readonly keepsLane?: boolean;
  /** Text of a reviewer who asks for changes. */
  readonly feedback?: string;
}

/** Edits, and the line among them that stands nowhere else in the file and so proves that they were made. */
export interface LoggedEdits {
  readonly edits: readonly WorkPackageEdit[];
  readonly line: string;
}

/** The edits of a transition: lane, agent, feedback, entry. */
export const transitionEdits = (file: LoggedFile, entry: TransitionEntry): LoggedEdits => {
  const feedback: ReviewFeedback | undefined =
    entry.feedback === undefined
      ? undefined
      : { text: entry.feedback, reviewer: entry.by, timestamp: entry.timestamp };
  const body =
    feedback === undefined ? file.body : withFeedback(file.body, feedback, lineEndingOf(file.text));
  const { edits, line } = historyEdits({ text: withBody(file, body), body }, entry);
  return {
    line,
    edits: [
      ...(entry.keepsLane === true ? [] : [{ edit: 'set' as const, key: 'lane', value: entry.lane }]),
      ...(entry.agent === undefined ? [] : [{ edit: 'set' as const, key: 'agent', value: entry.agent }]),
      ...edits,
    ],
  };
};

/** The edits of an entry alone. */
export const historyEdits = (file: LoggedFile, entry: LogEntry): LoggedEdits => {
  const line = uniqueActivityLine(
    file.text,
    formatActivityLine(entry.timestamp, entry.by, entry.lane, entry.note),
  );
  return {
    line,
    edits: [{ edit: 'body', body: appendActivityLine(file.body, line, lineEndingOf(file.text)) }],
  };
};

/** A moment as entries show it: ISO 8601 UTC to the second. */
export const activityTime = (isoTime: string): string => isoTime.replace(/\.\d+(?=Z$)/, '');

const withBody = (file: LoggedFile, body: string): string =>
  file.text.slice(0, file.text.length - file.body.length) + body;

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
