import { isFields, parseJson } from '../document.js';
import { canonicalJson } from '../events/canonical-json.js';
import { arrivalIn, loggedLaneFromText, loggedLaneOf, STATUS_LANES, wayTo } from '../events/lane.js';
import type { Lane, Placed, StatusLane } from '../events/lane.js';
import type { LoggedWorkPackage, StatusLog } from './status-log.js';

/** Who writes rows, when, and about what. */
export interface RowOrder {
  /** The feature, for a log whose rows do not name it yet. */
  readonly feature: string;
  readonly workPackageId: string;
  /** File of the work package, which holds what rows only refer to. */
  readonly path: string;
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly timestamp: string;
}

interface TransitionOrder extends RowOrder {
  readonly from: Placed;
  readonly to: Lane;
  readonly note: string;
  /** Id of the last row, which so is the evidence of an event. */
  readonly eventId: string;
  /** Ids of the rows before it. */
  readonly nextId: () => string;
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of one transition of ours, in the order of their times, which come after all that the work package has: a
 * clock that is behind must not make a new row an old one. What no way leads to is forced.
 */
export const transitionRows = (log: StatusLog, order: TransitionOrder): readonly Row[] => {
  const way = wayTo(loggedLaneOf(order.from), order.to);
  return rowsAlong(log, order, way ?? [arrivalIn(order.to)], way === undefined);
};

/** The first row of a work package: it is planned. */
export const seedRows = (log: StatusLog, order: RowOrder & { readonly eventId: string }): readonly Row[] => {
  const nextId = (): string => order.eventId;
  const seed = { ...order, from: { lane: 'uninitialized' }, to: 'planned', note: '', nextId } as const;
  return rowsAlong(log, seed, ['planned'], false);
};

/** A row that changes no lane. */
export const annotationRow = (
  log: StatusLog,
  order: RowOrder & { readonly eventId: string; readonly delta: Row },
): Row => ({
  ...namesOf(log, order.feature),
  actor: order.by,
  at: timeAfter(order.timestamp, log.workPackages.get(order.workPackageId)?.lastAt ?? ''),
  delta: order.delta,
  event_id: order.eventId,
  kind: 'annotation',
  wp_id: order.workPackageId,
});

/** The log with more rows at its end; every line that it had stays byte for byte, and the last one gets its end. */
export const withRows = (log: string, rows: readonly Row[]): string => {
  if (rows.length === 0) return log;
  const gap = log === '' || log === '\ufeff' || log.endsWith('\n') ? '' : '\n';
  return `${log}${gap}${rows.map((row) => `${canonicalJson(row)}\n`).join('')}`;
};

/**
 * The snapshot of a log as other clients keep it beside it, brought to what the log says now; keys that are not about
 * lanes stay. `undefined` for a text that is no snapshot: it is theirs to mend, and nobody here reads it.
 */
export const snapshotAfter = (text: string, { transitions, workPackages }: StatusLog): string | undefined => {
  const snapshot = parseJson(text);
  if (!isFields(snapshot)) return undefined;
  const before = isFields(snapshot['work_packages']) ? snapshot['work_packages'] : {};
  const last = transitions.at(-1);
  const lanes = [...workPackages.values()].map(laneOf);
  const after = {
    ...snapshot,
    event_count: transitions.length,
    last_event_id: last?.eventId ?? null,
    materialized_at: last?.at ?? '',
    summary: Object.fromEntries(
      STATUS_LANES.map((lane) => [lane, lanes.filter((each) => each === lane).length]),
    ),
    work_packages: Object.fromEntries(
      [...workPackages].map(([id, known]) => {
        const present = before[id];
        return [id, { ...(isFields(present) ? present : {}), ...snapshotOf(known) }];
      }),
    ),
  };
  return `${JSON.stringify(JSON.parse(canonicalJson(after)), null, 2)}\n`;
};

const snapshotOf = (known: LoggedWorkPackage): object => ({
  ...(known.standing === undefined ? {} : { actor: known.standing.said['actor'] }),
  force_count: known.forced,
  lane: laneOf(known),
  last_event_id: known.standing?.eventId ?? null,
  last_transition_at: known.standing?.at ?? null,
  ...(known.subtasks.size === 0 ? {} : { subtasks: Object.fromEntries(known.subtasks) }),
  ...(known.agent === undefined ? {} : { agent: known.agent }),
});

const laneOf = ({ standing }: LoggedWorkPackage): string =>
  standing?.to === undefined ? 'uninitialized' : (loggedLaneFromText(standing.to) ?? standing.to);

const rowsAlong = (
  log: StatusLog,
  order: TransitionOrder,
  lanes: readonly StatusLane[],
  isForced: boolean,
): readonly Row[] => {
  const { workPackageId, from, by, timestamp, eventId, nextId } = order;
  const known = log.workPackages.get(workPackageId);
  let before = from.lane === 'uninitialized' ? 'genesis' : loggedLaneOf(from);
  let last = known?.lastAt ?? '';
  return lanes.map((lane, at) => {
    last = timeAfter(timestamp, last);
    const row = {
      ...namesOf(log, order.feature),
      actor: by,
      at: last,
      event_id: at === lanes.length - 1 ? eventId : nextId(),
      execution_mode: known?.standing?.said['execution_mode'] ?? 'worktree',
      force: isForced,
      from_lane: before,
      policy_metadata: null,
      to_lane: lane,
      wp_id: workPackageId,
      ...carried(order, lane, isForced),
    };
    before = lane;
    return row;
  });
};

const namesOf = ({ names }: StatusLog, feature: string): Row =>
  Object.keys(names).length > 0 ? names : { mission_slug: feature };

/** What other clients ask of a row into a lane. */
const carried = ({ to, by, note, path, from }: TransitionOrder, lane: StatusLane, isForced: boolean): Row => {
  const isAccepted = lane === 'approved' || lane === 'done';
  const isSentBack = from.lane === 'for_review' && to === 'doing';
  const hasReason = isForced || lane === 'planned';
  return {
    evidence: isAccepted ? { review: { reference: path, reviewer: by, verdict: 'approved' } } : null,
    review_ref: isSentBack ? path : null,
    reason: hasReason && note !== '' ? note : null,
  };
};

/** The present moment, or the next one behind a time that is not past: rows are ordered by these texts. */
const timeAfter = (timestamp: string, last: string): string => {
  const now = rowTime(Date.parse(timestamp));
  if (now > last) return now;
  const [, date = '', time = '00:00', fraction = '0'] = MOMENT.exec(last) ?? [];
  const moment = Date.parse(`${date}T${time}.${fraction}Z`);
  const from = Number.isNaN(moment) ? Date.parse(`${date}T00:00:00Z`) : moment;
  const steps = [1, 1_000, 60_000, 86_400_000].map((ms) => rowTime(from + ms));
  return steps.find((each) => each > last) ?? now;
};

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,3}))?)?/;

const rowTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');
