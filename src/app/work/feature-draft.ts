import type { Evidence } from '../../domain/work/intent.js';
import { readStatusLog, STATUS_LOG, STATUS_SNAPSHOT, type StatusLog } from '../../domain/work/status-log.js';
import { snapshotAfter, withRows, type Row } from '../../domain/work/status-rows.js';
import {
  activityTime,
  historyEdits,
  type LoggedFile,
  type WorkPackageEdit,
} from '../../domain/work/transition.js';
import type { Fact } from '../../ports/outbox.js';
import type { FeatureFiles, FileChange, WorkPackageDocument } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import type { PlannedEvent } from './perform-work.js';

/** What stands in an Activity Log, and who wrote it. */
interface Entry {
  readonly by: string;
  readonly note: string;
  /** What changes in the file beside it. */
  readonly beside?: readonly WorkPackageEdit[];
  /** What proves its event. Default: the line itself. */
  readonly evidence?: Evidence | undefined;
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

  /** The file of a work package, as far as its text is planned. */
  fileOf({ document }: FiledWorkPackage): LoggedFile {
    const last = this.#edits.get(document)?.findLast((edit) => edit.edit === 'body');
    if (last === undefined) return document;
    const { text, body } = document;
    return { text: text.slice(0, text.length - body.length) + last.body, body: last.body };
  }

  edit({ document }: FiledWorkPackage, edits: readonly WorkPackageEdit[]): void {
    this.#edits.set(document, [...(this.#edits.get(document) ?? []), ...edits]);
  }

  /** Plans one entry of an Activity Log, the lane staying, and its event; returns the line. */
  note(filed: FiledWorkPackage, fact: Fact, { beside = [], evidence, ...entry }: Entry): string {
    const { lane, path } = filed;
    const timestamp = activityTime(fact.event.timestamp);
    const { edits, line } = historyEdits(this.fileOf(filed), { lane, ...entry, timestamp });
    this.edit(filed, [...beside, ...edits]);
    this.events.push({ fact, evidence: evidence ?? { evidence: 'line', path, line } });
    return line;
  }

  get logPath(): string {
    return `${this.state.documents.directory}/${STATUS_LOG}`;
  }

  /** The status log, with what is planned for that work package; `undefined` where the feature has none. */
  log(workPackageId: string): StatusLog | undefined {
    const { statusLog, documents } = this.state;
    const isTold = this.#rows.some((row) => row['wp_id'] === workPackageId);
    return isTold ? readStatusLog(withRows(documents.status?.log ?? '', this.#rows)) : statusLog;
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
    const log = { path: this.logPath, before: status?.log, after };
    const before = status?.snapshot;
    const snapshot = before === undefined ? undefined : snapshotAfter(before, readStatusLog(after));
    if (snapshot === undefined) return [log];
    return [{ path: `${directory}/${STATUS_SNAPSHOT}`, before, after: snapshot, isDerived: true }, log];
  }
}
