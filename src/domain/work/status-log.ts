import { isIsoTime } from '../events/iso-time.js';
import { isFields, parseJson, type Fields } from '../document.js';
import { loggedLaneFromText } from '../events/lane.js';
import { err, ok, type Result } from '../result.js';

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
  readonly transitions: readonly LoggedRow[];
  /** How its rows name the feature: the keys of the latest one. */
  readonly names: Fields;
}

/** A work package as a status log knows it. */
export interface LoggedWorkPackage {
  /** The transition that set its lane; absent when it has no lane. */
  readonly standing?: LoggedRow;
  /** How often it was forced. */
  readonly forced: number;
  /** What became of its tasks, as written: `done` and others. */
  readonly subtasks: ReadonlyMap<string, string>;
  /** The latest word on who is in charge. */
  readonly agent?: string;
  /** The highest time of its rows: one that shall come after them all has a higher one. */
  readonly lastAt: string;
}

/** A row that is about a work package: a transition, or an annotation. */
interface LoggedRow {
  /** In the file, counted from 1. */
  readonly line: number;
  readonly eventId: string;
  readonly workPackageId: string;
  /** ISO 8601, as written: rows are in the order of these texts. */
  readonly at: string;
  /** In the writer's own words, see {@link loggedLaneFromText}; `undefined` of an annotation. */
  readonly to: string | undefined;
  /** All of it, as written. */
  readonly said: Fields;
}

/**
 * Reads a status log: transitions without repeated ids, in the order of time and id, the last one standing; then
 * annotations in the same order, field by field. Rows that speak of something else are passed over.
 */
export const readStatusLog = (text: string): StatusLog => {
  const faults: { readonly line: number; readonly reason: string }[] = [];
  const rows: LoggedRow[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    const row = parseRow(content);
    if (!row.ok) faults.push({ line, reason: row.error });
    else if (isAboutWorkPackage(row.value)) rows.push(rowOf(row.value, line));
  }
  const moves = rows.filter(({ to }) => to !== undefined);
  const names = Object.entries(moves.at(-1)?.said ?? {}).filter(([key]) => NAMES.includes(key));
  const firsts = new Map(moves.map((row) => [row.eventId, row] as const).reverse());
  const transitions = [...firsts.values()].sort(byTime);
  const annotations = rows.filter(({ to, said }) => to === undefined && isFields(said['delta']));
  return {
    faults,
    workPackages: folded(transitions, annotations.sort(byTime)),
    transitions,
    names: Object.fromEntries(names),
  };
};

/** Whether a row of this id stands in the text of a log, which may be damaged elsewhere. */
export const hasRow = (text: string, eventId: string): boolean =>
  text.split('\n').some((line) => {
    const row = line.includes(eventId) ? parseRow(line) : undefined;
    return row?.ok === true && row.value['event_id'] === eventId;
  });

/** The object that a line of the log holds, or why there is none; one that is about a work package says where it belongs. */
const parseRow = (line: string): Result<Fields, string> => {
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/.test(line)) return err('is a conflict marker');
  const row = parseJson(line);
  if (row === undefined) return err('is not JSON');
  if (!isFields(row)) return err('is no JSON object');
  const fault = isAboutWorkPackage(row) ? faultOf(row) : undefined;
  return fault === undefined ? ok(row) : err(fault);
};

const isAboutWorkPackage = (row: Fields): boolean => 'to_lane' in row || row['kind'] === 'annotation';

/** Keys by which rows name the feature that they belong to. */
const NAMES = ['feature_slug', 'mission_slug', 'mission_id'];

/** Why a row that is about a work package cannot be taken for one. */
const faultOf = (row: Fields): string | undefined => {
  const { event_id: eventId, wp_id: workPackageId, at, to_lane: to = '' } = row;
  if (typeof eventId !== 'string' || eventId === '') return 'has no event_id';
  if (typeof workPackageId !== 'string' || workPackageId === '') return 'names no work package in wp_id';
  if (typeof at !== 'string' || !isIsoTime(at)) return 'has no time in at, such as 2026-05-01T10:00:00+00:00';
  return typeof to === 'string' ? undefined : 'names no lane in to_lane';
};

const rowOf = (said: Fields, line: number): LoggedRow => ({
  ...{ line, said },
  eventId: String(said['event_id']),
  workPackageId: String(said['wp_id']),
  at: String(said['at']),
  to: 'to_lane' in said ? String(said['to_lane']) : undefined,
});

const folded = (
  transitions: readonly LoggedRow[],
  annotations: readonly LoggedRow[],
): ReadonlyMap<string, LoggedWorkPackage> => {
  type Known = { -readonly [K in keyof LoggedWorkPackage]: LoggedWorkPackage[K] } & {
    readonly subtasks: Map<string, string>;
  };
  const known = new Map<string, Known>();
  const of = ({ workPackageId, at }: LoggedRow): Known => {
    const present: Known = known.get(workPackageId) ?? { forced: 0, subtasks: new Map(), lastAt: '' };
    known.set(workPackageId, present);
    if (at > present.lastAt) present.lastAt = at;
    return present;
  };
  for (const row of transitions) {
    const present = of(row);
    const { standing } = present;
    // At the same time a rollback stands against a step forward, whichever of them comes first.
    if (standing?.at === row.at && isRollback(standing) && !isRollback(row)) continue;
    present.standing = row;
    if (row.said['force'] === true) present.forced++;
  }
  for (const row of annotations) {
    const present = of(row);
    const { subtasks, agent } = fieldsOf(row.said['delta']);
    for (const [id, state] of Object.entries(fieldsOf(subtasks))) present.subtasks.set(id, String(state));
    if (typeof agent === 'string' && agent.trim() !== '') present.agent = agent;
  }
  return known;
};

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

const isRollback = ({ to = '', said }: LoggedRow): boolean => {
  const before = loggedLaneFromText(String(said['from_lane']));
  const hasReview = (said['review_ref'] ?? null) !== null;
  return (
    loggedLaneFromText(to) === 'in_progress' &&
    (before === 'in_review' || (before === 'for_review' && hasReview))
  );
};

/** By the texts, as every client orders them. */
const byTime = (one: LoggedRow, other: LoggedRow): number =>
  compare(one.at, other.at) || compare(one.eventId, other.eventId);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
