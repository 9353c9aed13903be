import { unreachable } from '../errors.js';
import type { Evidence, Intent, IntendedChange, IntendedEvent } from './intent.js';
import { announcedEventId } from './meta-json.js';
import { hasRow } from './status-log.js';

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
