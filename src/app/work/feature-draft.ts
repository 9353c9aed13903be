import type { Lane } from '../../domain/events/lane.js';
import type { Evidence } from '../../domain/work/intent.js';
import { readStatusLog, STATUS_LOG, STATUS_SNAPSHOT, type StatusLog } from '../../domain/work/status-log.js';
import { snapshotAfter, withRows, type Row, type RowOrder } from '../../domain/work/status-rows.js';
import { activityTime, transitionEdits } from '../../domain/work/transition.js';
import type { LoggedEdits, TransitionEntry, WorkPackageEdit } from '../../domain/work/transition.js';
import type { Fact } from '../../ports/outbox.js';
import type { FeatureFiles, FileChange, WorkPackageDocument } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import type { PlannedEvent } from './perform-work.js';

/** What becomes of a work package with an event. */
interface Entry extends Pick<TransitionEntry, 'by' | 'note' | 'agent' | 'feedback'> {
  /** Its lane from now on. Default: it stays. */
  readonly to?: Lane;
  /** What the status log says of it: where there is one, the last row is the evidence of the event. Default: nothing. */
  readonly rows?: ((log: StatusLog, about: RowOrder) => readonly Row[]) | undefined;
}

/**
 * A feature as a command is about to leave it: what is planned is planned upon what was planned before, and the changes
 * of files follow from it. Writes nothing.
 */
export class FeatureDraft {
  /** The feature as its files say. */
  state: FeatureState;
  readonly emission: Emission;
  readonly events: PlannedEvent[] = [];
  /** What is told beside the result: files that contradict each other. */
  readonly warnings: string[] = [];
  readonly #edits = new Map<WorkPackageDocument, WorkPackageEdit[]>();
  readonly #rows: Row[] = [];
  readonly #others: FileChange[] = [];

  constructor(state: FeatureState, emission: Emission) {
    this.state = state;
    this.emission = emission;
  }

  edit({ document }: FiledWorkPackage, edits: readonly WorkPackageEdit[]): void {
    this.#edits.set(document, [...(this.#edits.get(document) ?? []), ...edits]);
  }

  /** Plans an entry of an Activity Log and its event, with all that changes beside it. */
  enter(filed: FiledWorkPackage, fact: Fact, { to, rows, ...entry }: Entry): PlannedEvent & LoggedEdits {
    const { id, lane, path, document } = filed;
    const { documents, authority } = this.state;
    const { timestamp, event_id: rowId } = fact.event;
    // Upon what is planned before.
    const { body } = this.#edits.get(document)?.findLast((edit) => edit.edit === 'body') ?? document;
    const text = document.text.slice(0, document.text.length - document.body.length) + body;
    const hasLane = authority === undefined || 'lane' in document.frontMatter;
    const logged = transitionEdits(
      { text, body },
      {
        ...{ ...entry, lane: to ?? lane, timestamp: activityTime(timestamp) },
        keepsLane: to === undefined || !hasLane,
      },
    );
    this.edit(filed, logged.edits);
    const about = { feature: documents.slug, workPackageId: id, path, by: entry.by, timestamp };
    const log = this.#log(id);
    const told = log && rows?.(log, about);
    this.append(...(told ?? []));
    const evidence: Evidence =
      told === undefined
        ? { evidence: 'line', path, line: logged.line }
        : { evidence: 'row', path: `${documents.directory}/${STATUS_LOG}`, rowId };
    this.events.push({ fact, evidence });
    return { fact, evidence, ...logged };
  }

  append(...rows: readonly Row[]): void {
    this.#rows.push(...rows);
  }

  /** Plans the text of another file. */
  write(change: FileChange): void {
    this.#others.push(change);
  }

  /** Those of some files that are not among the changes. */
  untouched(paths: readonly string[]): readonly string[] {
    const changed = [...this.#edits.keys(), ...this.#logChanges(), ...this.#others].map(({ path }) => path);
    return paths.filter((path) => !changed.includes(path));
  }

  /** All changes; what holds the evidence of an event is written last. */
  async changesOf(files: Pick<FeatureFiles, 'change'>): Promise<readonly FileChange[]> {
    const edited: FileChange[] = [];
    for (const [document, edits] of this.#edits) edited.push(await files.change(document, edits));
    const proving = new Set(this.events.map(({ evidence }) => evidence.path));
    const all = [...edited, ...this.#logChanges(), ...this.#others];
    return [...all.filter(({ path }) => !proving.has(path)), ...all.filter(({ path }) => proving.has(path))];
  }

  /** The status log with more rows, and in front of it the snapshot that other clients keep, where there is one. */
  #logChanges(): readonly FileChange[] {
    if (this.#rows.length === 0) return [];
    const { directory, status } = this.state.documents;
    const after = withRows(status?.log ?? '', this.#rows);
    const log = { path: `${directory}/${STATUS_LOG}`, before: status?.log, after };
    const before = status?.snapshot;
    const snapshot = before === undefined ? undefined : snapshotAfter(before, readStatusLog(after));
    if (snapshot === undefined) return [log];
    return [{ path: `${directory}/${STATUS_SNAPSHOT}`, before, after: snapshot, isDerived: true }, log];
  }

  /** The status log, with what is planned for that work package; `undefined` where the feature has none. */
  #log(workPackageId: string): StatusLog | undefined {
    const { statusLog, documents } = this.state;
    const isTold = this.#rows.some((row) => row['wp_id'] === workPackageId);
    return isTold ? readStatusLog(withRows(documents.status?.log ?? '', this.#rows)) : statusLog;
  }
}
