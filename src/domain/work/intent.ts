import { unreachable } from '../errors.js';
import type { EventFacts } from '../events/envelope.js';
import type { Issue } from '../result.js';
import { announcedEventId } from './meta-json.js';
import { hasRow } from './status-log.js';

/**
 * Where the proof lies that a piece of work was done: a line that stands in a file, the id of the event under a key of
 * `announced` in a feature's `meta.json`, or the id of a row in a feature's status log.
 */
export type Evidence =
  /** The line stands nowhere else in the file, neither before nor after the work. */
  | { readonly evidence: 'line'; readonly path: string; readonly line: string }
  | { readonly evidence: 'announced'; readonly path: string; readonly key: string; readonly eventId: string }
  | { readonly evidence: 'row'; readonly path: string; readonly rowId: string }
  /** The proof was seen; only the capture is left. */
  | { readonly evidence: 'established'; readonly path: string };

export interface IntendedEvent {
  readonly event: EventFacts;
  /** Hub at the time the work began. */
  readonly hub?: string;
  /** What validation found: the event is captured all the same, as a dead letter. */
  readonly issues?: readonly Issue[];
  readonly evidence: Evidence;
}

/** A file as the work finds and leaves it. `before` is absent when the work makes the file. */
export interface IntendedChange {
  readonly path: string;
  readonly before?: string | undefined;
  readonly after: string;
}

/**
 * What a command is about to do and capture. It is durable before the first edit and gone after the last capture, so
 * a left-over means that its writer died in between, and the evidence tells on which side.
 */
export interface Intent {
  readonly version: 1;
  /** Outbox that the events go to; absent for events without identity. */
  readonly project?: string | undefined;
  /** In the order of their capture. */
  readonly events: readonly IntendedEvent[];
  /** Branch that was checked out in the main checkout. */
  readonly branch?: string | undefined;
  /** The commit that belongs to the work; absent with `--no-commit`. */
  readonly commit?: { readonly paths: readonly string[]; readonly message: string } | undefined;
  /** Journal's next record number when the work began: earlier records need not be searched. */
  readonly nextRecord: number;
  /**
   * The edits in their order, when there is more than one file: one file changes in one step, several can be caught
   * half-way, and only their texts tell how to finish or undo them.
   */
  readonly changes?: readonly IntendedChange[] | undefined;
}

/** A piece of work as its command decided it. */
export interface IntendedWork extends Pick<Intent, 'events' | 'nextRecord'> {
  readonly project: string | undefined;
  readonly branch: string | undefined;
  readonly changes: readonly IntendedChange[];
  /** Message of the wanted commit. */
  readonly message: string | undefined;
  /** What that commit holds; absent: all changes. */
  readonly paths?: readonly string[];
}

/** The intent to do a piece of work. */
export const intentOf = ({ changes, message, paths, ...work }: IntendedWork): Intent => ({
  version: 1,
  ...work,
  commit: message === undefined ? undefined : { paths: paths ?? changes.map(({ path }) => path), message },
  changes:
    changes.length < 2 ? undefined : changes.map(({ path, before, after }) => ({ path, before, after })),
});

/** Present texts of files by path; a file that does not exist is not among them. */
export type Texts = ReadonlyMap<string, string>;

/** Whether the text proves that the work was done. */
export const holdsEvidence = (evidence: Evidence, text: string | undefined): boolean => {
  if (evidence.evidence === 'established') return true;
  if (text === undefined) return false;
  switch (evidence.evidence) {
    case 'line':
      return text.split(/\r?\n/).includes(evidence.line);
    case 'announced':
      return announcedEventId(text, evidence.key) === evidence.eventId;
    case 'row':
      return hasRow(text, evidence.rowId);
    default:
      return unreachable(evidence);
  }
};

/** The events of an intent by what their evidence says. Those already captured need none. */
export interface Findings {
  readonly captured: readonly IntendedEvent[];
  readonly proven: readonly IntendedEvent[];
  readonly unproven: readonly IntendedEvent[];
}

/** Looks for the evidence of every event in each of the places where it may be. */
export const findEvidence = (
  intent: Intent,
  capturedIds: ReadonlySet<string>,
  places: readonly Texts[],
): Findings => {
  const standingOf = ({ event, evidence }: IntendedEvent): keyof Findings => {
    if (capturedIds.has(event.event_id)) return 'captured';
    return places.some((texts) => holdsEvidence(evidence, texts.get(evidence.path))) ? 'proven' : 'unproven';
  };
  const findings = { captured: [], proven: [], unproven: [] } as Record<keyof Findings, IntendedEvent[]>;
  for (const each of intent.events) findings[standingOf(each)].push(each);
  return findings;
};

/** What brings files that were caught half-way to one of the two ends. */
export interface Repair {
  readonly repair: 'finish' | 'undo';
  readonly changes: readonly IntendedChange[];
}

/**
 * Work of which anything can be seen by its evidence is finished, other work is undone. Only files that read exactly
 * as the work found or left them are touched: whatever else they read is somebody's later edit.
 */
export const planRepair = (intent: Intent, findings: Findings, present: Texts): Repair => {
  const isSeen = findings.captured.length + findings.proven.length > 0;
  const changes = (intent.changes ?? []).filter(
    ({ path, before, after }) => present.get(path) === (isSeen ? before : after),
  );
  return { repair: isSeen ? 'finish' : 'undo', changes };
};

/** Every path that the work was about. */
export const pathsOf = ({ events, changes = [], commit }: Intent): readonly string[] => [
  ...new Set([
    ...events.map(({ evidence }) => evidence.path),
    ...changes.map(({ path }) => path),
    ...(commit?.paths ?? []),
  ]),
];
