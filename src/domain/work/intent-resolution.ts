import { unreachable } from '../errors.js';
import type { Evidence, Intent, IntendedChange, IntendedEvent } from './intent.js';
import { announcedEventId } from './meta-json.js';
import { hasRow } from './status-log.js';

/** Present texts of files by path; a file that does not exist is not among them. */
export type Texts = ReadonlyMap<string, string>;

/** Whether the text proves that the work was done. */
export const holdsEvidence = (evidence: Evidence, text: string | undefined): boolean => {
  switch (evidence.evidence) {
    case 'established':
      return true;
    case 'line':
      return text !== undefined && text.split(/\r?\n/).includes(evidence.line);
    case 'announced':
      return text !== undefined && announcedEventId(text, evidence.key) === evidence.eventId;
    case 'row':
      return text !== undefined && hasRow(text, evidence.rowId);
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
  const isCaptured = ({ event }: IntendedEvent): boolean => capturedIds.has(event.event_id);
  const isProven = ({ evidence }: IntendedEvent): boolean =>
    places.some((texts) => holdsEvidence(evidence, texts.get(evidence.path)));
  const rest = intent.events.filter((intended) => !isCaptured(intended));
  return {
    captured: intent.events.filter(isCaptured),
    proven: rest.filter(isProven),
    unproven: rest.filter((intended) => !isProven(intended)),
  };
};

/** What brings files that were caught half-way to one of the two ends. */
export type Repair =
  | { readonly repair: 'finish'; readonly changes: readonly IntendedChange[] }
  | { readonly repair: 'undo'; readonly changes: readonly IntendedChange[] };

/**
 * Work of which anything can be seen by its evidence is finished, other work is undone. Only files that read exactly
 * as the work found or left them are touched: whatever else they read is somebody's later edit.
 */
export const planRepair = (intent: Intent, findings: Findings, present: Texts): Repair => {
  const changes = intent.changes ?? [];
  return findings.captured.length + findings.proven.length > 0
    ? { repair: 'finish', changes: changes.filter(({ path, before }) => present.get(path) === before) }
    : { repair: 'undo', changes: changes.filter(({ path, after }) => present.get(path) === after) };
};

/** Every path that the work was about. */
export const pathsOf = (intent: Intent): readonly string[] => [
  ...new Set([
    ...intent.events.map(({ evidence }) => evidence.path),
    ...(intent.changes ?? []).map(({ path }) => path),
    ...(intent.commit?.paths ?? []),
  ]),
];
