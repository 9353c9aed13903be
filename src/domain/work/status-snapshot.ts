import { isFields, parseJson } from '../document.js';
import { sortedKeys } from './json-object.js';
import { loggedLaneFromText, STATUS_LANES } from '../events/lane.js';
import type { LoggedWorkPackage, StatusLog } from './status-log.js';

/**
 * The snapshot of a log as other clients keep it beside it, brought to what the log says now; keys that are not about
 * lanes stay. `undefined` for a text that is no snapshot: it is theirs to mend, and nobody here reads it.
 */
export const snapshotAfter = (text: string, log: StatusLog): string | undefined => {
  const snapshot = parseJson(text);
  if (!isFields(snapshot)) return undefined;
  const before = isFields(snapshot['work_packages']) ? snapshot['work_packages'] : {};
  const last = log.transitions.at(-1);
  const workPackages = Object.fromEntries(
    [...log.workPackages].map(([id, known]) => [id, { ...fieldsOf(before[id]), ...workPackageOf(known) }]),
  );
  const lanes = [...log.workPackages.values()].map(laneOf);
  const after = {
    ...snapshot,
    event_count: log.transitions.length,
    last_event_id: last?.eventId ?? null,
    materialized_at: last?.at ?? '',
    summary: Object.fromEntries(
      STATUS_LANES.map((lane) => [lane, lanes.filter((each) => each === lane).length]),
    ),
    work_packages: workPackages,
  };
  return `${JSON.stringify(sortedKeys(after), null, 2)}\n`;
};

const workPackageOf = (known: LoggedWorkPackage): object => ({
  ...(known.standing === undefined ? {} : { actor: known.standing.actor }),
  force_count: known.forced,
  lane: laneOf(known),
  last_event_id: known.standing?.eventId ?? null,
  last_transition_at: known.standing?.at ?? null,
  ...(known.subtasks.size === 0 ? {} : { subtasks: Object.fromEntries(known.subtasks) }),
  ...(known.agent === undefined ? {} : { agent: known.agent }),
});

const laneOf = ({ standing }: LoggedWorkPackage): string =>
  standing === undefined ? 'uninitialized' : (loggedLaneFromText(standing.to) ?? standing.to);

const fieldsOf = (value: unknown): object => (isFields(value) ? value : {});
