import { isIsoTime } from '../events/iso-time.js';
import { err, ok, type Result } from '../result.js';
import { isFields } from '../document.js';
import { loggedLaneFromText } from '../events/lane.js';

/** The file of a feature in which lanes live since spec-kitty 2: one JSON object a line, only ever appended to. */
export const STATUS_LOG = 'status.events.jsonl';

/** Where other clients write down what the log comes to. Never read as a source. */
export const STATUS_SNAPSHOT = 'status.json';

/** What a status log says, row upon row. */
export interface StatusLog {
  /** Lines that cannot be taken for a row. As long as there is one, nothing is known for certain. */
  readonly faults: readonly { readonly line: number; readonly reason: string }[];
  /** By id; those of which some row speaks. */
  readonly workPackages: ReadonlyMap<string, LoggedWorkPackage>;
  /** The transitions that count, in their order. */
  readonly transitions: readonly TransitionRow[];
  /** How its rows name the feature: the keys of the latest one. */
  readonly names: Fields;
}

/** A work package as a status log knows it. */
export interface LoggedWorkPackage {
  /** The transition that set its lane; absent when it has no lane. */
  readonly standing?: TransitionRow;
  /** How often it was forced. */
  readonly forced: number;
  /** What became of its tasks, as written: `done` and others. */
  readonly subtasks: ReadonlyMap<string, string>;
  /** The latest word on who is in charge. */
  readonly agent?: string;
  /** The highest time of its rows: one that shall come after them all has a higher one. */
  readonly lastAt: string;
}

interface TransitionRow {
  /** In the file, counted from 1. */
  readonly line: number;
  readonly eventId: string;
  readonly workPackageId: string;
  /** ISO 8601, as written: rows are in the order of these texts. */
  readonly at: string;
  readonly from: string;
  /** In the writer's own words, see {@link loggedLaneFromText}. */
  readonly to: string;
  readonly actor: unknown;
  readonly isForced: boolean;
  readonly hasReview: boolean;
  readonly executionMode?: string;
}

/**
 * Reads a status log: transitions without repeated ids, in the order of time and id, the last one standing; then
 * annotations in the same order, field by field. Rows that speak of something else are passed over.
 */
export const readStatusLog = (text: string): StatusLog => {
  const rows = new Rows();
  for (const [at, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries())
    rows.read(line, at + 1);
  return rows.folded();
};

/** Whether a row of this id stands in the text of a log, which may be damaged elsewhere. */
export const hasRow = (text: string, eventId: string): boolean =>
  text.split('\n').some((line) => {
    const row = line.includes(eventId) ? parseRow(line) : undefined;
    return row?.ok === true && row.value['event_id'] === eventId;
  });

/** The object that a line of the log holds, or why there is none. */
const parseRow = (line: string): Result<Fields, string> => {
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/.test(line)) return err('is a conflict marker');
  try {
    const row: unknown = JSON.parse(line);
    return isFields(row) ? ok(row) : err('is no JSON object');
  } catch {
    return err('is not JSON');
  }
};

type Fields = Readonly<Record<string, unknown>>;

interface AnnotationRow {
  readonly eventId: string;
  readonly workPackageId: string;
  readonly at: string;
  readonly delta: Fields;
}

/** Keys by which rows name the feature that they belong to. */
const NAMES = ['feature_slug', 'mission_slug', 'mission_id'];

class Rows {
  readonly #faults: { readonly line: number; readonly reason: string }[] = [];
  readonly #transitions = new Map<string, TransitionRow>();
  readonly #annotations: AnnotationRow[] = [];
  #names: Fields = {};

  read(text: string, line: number): void {
    if (text.trim() === '') return;
    const row = parseRow(text);
    if (!row.ok) this.#fault(line, row.error);
    else if ('to_lane' in row.value) this.#transition(row.value, line);
    else if (row.value['kind'] === 'annotation') this.#annotation(row.value, line);
  }

  folded(): StatusLog {
    const transitions = [...this.#transitions.values()].sort(byTime);
    const workPackages = new Map<string, Mutable>();
    const known = (id: string): Mutable => {
      const present = workPackages.get(id) ?? { forced: 0, subtasks: new Map<string, string>(), lastAt: '' };
      workPackages.set(id, present);
      return present;
    };
    for (const row of transitions) applyTransition(known(row.workPackageId), row);
    for (const row of this.#annotations.sort(byTime)) applyAnnotation(known(row.workPackageId), row);
    return { faults: this.#faults, workPackages, transitions, names: this.#names };
  }

  #transition(row: Fields, line: number): void {
    const base = this.#base(row, line);
    const { to_lane: to, from_lane: from, force, review_ref: review, execution_mode: mode } = row;
    if (base === undefined) return;
    if (typeof to !== 'string') {
      this.#fault(line, 'names no lane in to_lane');
      return;
    }
    this.#names = Object.fromEntries(NAMES.filter((key) => key in row).map((key) => [key, row[key]]));
    if (this.#transitions.has(base.eventId)) return;
    this.#transitions.set(base.eventId, {
      ...base,
      line,
      to,
      from: typeof from === 'string' ? from : '',
      actor: row['actor'],
      isForced: force === true,
      hasReview: review !== undefined && review !== null,
      ...(typeof mode === 'string' ? { executionMode: mode } : {}),
    });
  }

  #annotation(row: Fields, line: number): void {
    const base = this.#base(row, line);
    const { delta } = row;
    if (base !== undefined && isFields(delta)) this.#annotations.push({ ...base, delta });
  }

  #base(
    { event_id: eventId, wp_id: workPackageId, at }: Fields,
    line: number,
  ): Omit<AnnotationRow, 'delta'> | undefined {
    if (typeof eventId === 'string' && eventId !== '') {
      if (typeof workPackageId === 'string' && workPackageId !== '') {
        if (typeof at === 'string' && isIsoTime(at)) return { eventId, workPackageId, at };
        this.#fault(line, 'has no time in at, such as 2026-05-01T10:00:00+00:00');
      } else this.#fault(line, 'names no work package in wp_id');
    } else this.#fault(line, 'has no event_id');
    return undefined;
  }

  #fault(line: number, reason: string): void {
    this.#faults.push({ line, reason });
  }
}

interface Mutable {
  standing?: TransitionRow;
  forced: number;
  readonly subtasks: Map<string, string>;
  agent?: string;
  lastAt: string;
}

/** At the same time a rollback stands against a step forward, whichever of them comes first. */
const applyTransition = (state: Mutable, row: TransitionRow): void => {
  if (row.at > state.lastAt) state.lastAt = row.at;
  const { standing } = state;
  if (standing?.at === row.at && isRollback(standing) && !isRollback(row)) return;
  state.standing = row;
  if (row.isForced) state.forced++;
};

const applyAnnotation = (state: Mutable, { at, delta }: AnnotationRow): void => {
  if (at > state.lastAt) state.lastAt = at;
  const { subtasks, agent } = delta;
  if (isFields(subtasks)) {
    for (const [id, status] of Object.entries(subtasks)) state.subtasks.set(id, String(status));
  }
  if (typeof agent === 'string' && agent.trim() !== '') state.agent = agent;
};

const isRollback = ({ from, to, hasReview }: TransitionRow): boolean => {
  const before = loggedLaneFromText(from);
  return (
    loggedLaneFromText(to) === 'in_progress' &&
    (before === 'in_review' || (before === 'for_review' && hasReview))
  );
};

/** By the texts, as every client orders them. */
const byTime = (
  one: { readonly at: string; readonly eventId: string },
  other: { readonly at: string; readonly eventId: string },
): number => compare(one.at, other.at) || compare(one.eventId, other.eventId);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
