import { answerOf, isReceipt, type Answer, type Answers } from '../../domain/delivery/outcome.js';
import { normalizeEventId } from '../../domain/ids.js';
import { isFields, parseJson } from '../../domain/document.js';
import { isEventResult, type EventResult } from '../../domain/wire.js';

/**
 * The answers in the body of a 200, by the ids that were sent; `undefined` when the body is not of the contract.
 * Lines about other ids, and lines that say nothing, count for nothing.
 */
export const answersInResults = (body: string, sentIds: readonly string[]): Answers | undefined => {
  const document = parseJson(body);
  if (!isFields(document) || !Array.isArray(document['results'])) return undefined;
  return collect(document['results'].filter(isEventResult), sentIds);
};

/**
 * The events that the body of a 400 names, each with its reason. `details` is a list, or a string that holds a list
 * as JSON. Empty when it names none of those that were sent.
 */
export const answersInDetails = (body: string, sentIds: readonly string[]): Answers => {
  const document = parseJson(body);
  const details = isFields(document) ? document['details'] : undefined;
  const list = typeof details === 'string' ? parseJson(details) : details;
  if (!Array.isArray(list)) return new Map();
  const lines = list.filter(isFields).map((entry): EventResult => {
    const reason = [entry['error_message'], entry['error'], entry['reason']].find(
      (each) => typeof each === 'string',
    );
    return {
      ...entry,
      event_id: String(entry['event_id']),
      status: 'rejected',
      error_message: (reason as string | undefined) ?? null,
      error: null,
    };
  });
  return collect(lines, sentIds);
};

/** Where a hub contradicts itself about an event, a receipt wins: it claims to have the event on disk. */
const collect = (lines: readonly EventResult[], sentIds: readonly string[]): Answers => {
  const answers = new Map<string, Answer>();
  let search: ((eventId: string) => string | undefined) | undefined;
  lines.forEach((line, position) => {
    // Nearly every hub answers in the order in which the events were sent; any other order means the same.
    const beside = sentIds[position];
    const id = beside === line.event_id ? beside : (search ??= searchAmong(sentIds))(line.event_id);
    if (id === undefined) return;
    const earlier = answers.get(id);
    if (earlier === undefined || !isReceipt(earlier)) answers.set(id, answerOf(line));
  });
  return answers;
};

/** Finds the id that was sent, however the hub spells it. */
const searchAmong = (sentIds: readonly string[]): ((eventId: string) => string | undefined) => {
  const sent = new Set(sentIds);
  // Nearly every hub gives ids back as they were; only for the others the spellings are compared.
  let spellings: ReadonlyMap<string, string> | undefined;
  return (eventId) => {
    if (sent.has(eventId)) return eventId;
    spellings ??= new Map(sentIds.map((id) => [canonical(id), id]));
    return spellings.get(canonical(eventId));
  };
};

const canonical = (eventId: string): string => normalizeEventId(eventId) ?? eventId;
