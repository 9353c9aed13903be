import { appendActivityLine, formatActivityLine, uniqueActivityLine } from './activity-log.js';
import type { WorkPackageLane } from '../events/lane.js';
import { lineEndingOf } from './markdown.js';
import { withFeedback, type ReviewFeedback } from './review-feedback.js';

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
