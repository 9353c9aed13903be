import { isFields } from '../document.js';
import type { Intent } from './intent.js';

/**
 * The intent that a stored document describes; `undefined` for anything else. The document was checked against its
 * checksum, so this only tells our own intents of this version from other documents.
 */
export const parseIntent = (document: unknown): Intent | undefined =>
  isFields(document) &&
  document['version'] === 1 &&
  isOptionalText(document['project']) &&
  isOptionalText(document['branch']) &&
  Number.isSafeInteger(document['nextRecord']) &&
  isListOf(document['events'], isIntendedEvent) &&
  (document['commit'] === undefined || isCommit(document['commit'])) &&
  (document['changes'] === undefined || isListOf(document['changes'], isChange))
    ? (document as unknown as Intent)
    : undefined;

const isIntendedEvent = (value: unknown): boolean =>
  isFields(value) &&
  isFields(value['event']) &&
  isText(value['event']['event_id']) &&
  isOptionalText(value['hub']) &&
  (value['issues'] === undefined || Array.isArray(value['issues'])) &&
  isEvidence(value['evidence']);

const isEvidence = (value: unknown): boolean => {
  if (!isFields(value) || !isText(value['path'])) return false;
  if (value['evidence'] === 'announced') return isText(value['key']) && isText(value['eventId']);
  if (value['evidence'] === 'row') return isText(value['rowId']);
  return value['evidence'] === 'established' || (value['evidence'] === 'line' && isText(value['line']));
};

const isCommit = (value: unknown): boolean =>
  isFields(value) && isListOf(value['paths'], isText) && isText(value['message']);

const isChange = (value: unknown): boolean =>
  isFields(value) && isText(value['path']) && isOptionalText(value['before']) && isText(value['after']);

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

const isText = (value: unknown): value is string => typeof value === 'string';

const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
