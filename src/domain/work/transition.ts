import type { WorkPackageLane } from '../events/lane.js';
import { appendActivityLine, formatActivityLine, uniqueActivityLine } from './activity-log.js';
import { asOneLine, lineEndingOf } from './markdown.js';
import { withEntry } from './sections.js';

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
  /** Who writes the entry, and has changed what it tells. */
  readonly by: string;
  readonly note: string;
  /** ISO 8601 UTC, see {@link activityTime}. */
  readonly timestamp: string;
}

export interface TransitionEntry extends LogEntry {
  /** Who is in charge from now on; absent leaves the front matter's agent. */
  readonly agent?: string | undefined;
  /** The front matter gets no lane: a status log has it. */
  readonly keepsLane?: boolean;
  /** Text of a reviewer who asks for changes. */
  readonly feedback?: string | undefined;
}

/** Edits, and the line among them that stands nowhere else in the file and so proves that they were made. */
export interface LoggedEdits {
  readonly edits: readonly WorkPackageEdit[];
  readonly line: string;
}

/** The edits of a transition: lane, agent, feedback, entry. */
export const transitionEdits = (file: LoggedFile, entry: TransitionEntry): LoggedEdits => {
  const { lane, agent, feedback, keepsLane = false, by, note, timestamp } = entry;
  const eol = lineEndingOf(file.text);
  const body = feedback === undefined ? file.body : withFeedback(file.body, feedback, entry, eol);
  const before = file.text.slice(0, file.text.length - file.body.length);
  const line = uniqueActivityLine(before + body, formatActivityLine(timestamp, by, lane, note));
  const set = (key: string, value: string): WorkPackageEdit => ({ edit: 'set', key, value });
  const edits: readonly WorkPackageEdit[] = [
    ...(keepsLane ? [] : [set('lane', lane)]),
    ...(agent === undefined ? [] : [set('agent', agent)]),
    { edit: 'body', body: appendActivityLine(body, line, eol) },
  ];
  return { line, edits };
};

/** The edits of an entry alone. */
export const historyEdits = (file: LoggedFile, { by, lane, note, timestamp }: LogEntry): LoggedEdits =>
  transitionEdits(file, { by, lane, note, timestamp, keepsLane: true });

/** A moment as entries show it: ISO 8601 UTC to the second. */
export const activityTime = (isoTime: string): string => isoTime.replace(/\.\d+(?=Z$)/, '');

/**
 * The body with the feedback at the end of its `## Review Feedback` section, which is made in front of the Activity
 * Log when it is missing. The text is quoted line by line, so that headings and fences in it stay without effect.
 */
export const withFeedback = (
  body: string,
  text: string,
  { by, timestamp }: Pick<LogEntry, 'by' | 'timestamp'>,
  eol: string,
): string => {
  const quoted = text.trim().split(/\r\n|\r|\n/);
  const entry = [
    `**Changes requested** by ${asOneLine(by)} at ${timestamp}:`,
    '',
    ...quoted.map((line) => `> ${line}`.trimEnd()),
  ].join(eol);
  return withEntry(body, 'Review Feedback', entry, { eol, before: 'Activity Log' });
};
