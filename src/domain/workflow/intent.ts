import type { EventFacts } from '../events/envelope.js';
import type { Issue } from '../result.js';

/**
 * Where the proof lies that a piece of work was done: a line that stands in a file, or the id of the event under a
 * key of `announced` in a feature's `meta.json`.
 */
export type Evidence =
  | {
      readonly evidence: 'line';
      readonly path: string;
      readonly line: string;
      /**
       * How often the line stands in the file once the work is done; absent means once. The same transition twice
       * in one second writes the same line twice, and the first must not pass for the second.
       */
      readonly occurrences?: number;
    }
  | { readonly evidence: 'announced'; readonly path: string; readonly key: string; readonly eventId: string };

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
  readonly before?: string;
  readonly after: string;
}

/**
 * What a command is about to do and capture. It is durable before the first edit and gone after the last capture, so
 * a left-over means that its writer died in between, and the evidence tells on which side.
 */
export interface Intent {
  readonly version: 1;
  /** Outbox that the events go to; absent for events without identity. */
  readonly project?: string;
  /** In the order of their capture. */
  readonly events: readonly IntendedEvent[];
  /** Branch that was checked out in the main checkout. */
  readonly branch?: string;
  /** The commit that belongs to the work; absent with `--no-commit`. */
  readonly commit?: { readonly paths: readonly string[]; readonly message: string };
  /** Journal's next record number when the work began: earlier records need not be searched. */
  readonly nextRecord: number;
  /**
   * The edits in their order, when there is more than one file: one file changes in one step, several can be caught
   * half-way, and only their texts tell how to finish or undo them.
   */
  readonly changes?: readonly IntendedChange[];
}

/** A piece of work as its command decided it. */
export interface IntendedWork {
  readonly project: string | undefined;
  readonly branch: string | undefined;
  readonly events: readonly IntendedEvent[];
  /** `before` is `undefined` when the work makes the file. */
  readonly changes: readonly {
    readonly path: string;
    readonly before: string | undefined;
    readonly after: string;
  }[];
  /** Message of the wanted commit. */
  readonly message: string | undefined;
  readonly nextRecord: number;
}

/** The intent to do a piece of work. */
export const intentOf = (work: IntendedWork): Intent => ({
  version: 1,
  ...(work.project === undefined ? {} : { project: work.project }),
  events: work.events.map((intended) => ({
    ...intended,
    evidence: counted(intended.evidence, work.changes),
  })),
  ...(work.branch === undefined ? {} : { branch: work.branch }),
  ...(work.message === undefined
    ? {}
    : { commit: { paths: work.changes.map(({ path }) => path), message: work.message } }),
  nextRecord: work.nextRecord,
  ...(work.changes.length < 2 ? {} : { changes: work.changes.map(intendedChange) }),
});

/** How often a line stands in a text, whatever its line endings. */
export const countLine = (text: string, line: string): number =>
  text.split('\n').filter((each) => each === line || each === `${line}\r`).length;

const counted = (evidence: Evidence, changes: IntendedWork['changes']): Evidence => {
  if (evidence.evidence !== 'line') return evidence;
  const after = changes.find(({ path }) => path === evidence.path)?.after;
  const occurrences = after === undefined ? 1 : countLine(after, evidence.line);
  return occurrences > 1 ? { ...evidence, occurrences } : evidence;
};

const intendedChange = ({ path, before, after }: IntendedWork['changes'][number]): IntendedChange => ({
  path,
  ...(before === undefined ? {} : { before }),
  after,
});
