import {
  choice,
  documentOf,
  integer,
  list,
  orNull,
  object,
  open,
  text,
  type DocumentSchema,
} from './schema.js';
import { projectUuid } from './shared-schemas.js';

const deadLetter = {
  event_id: text('of a damaged record: `record-` and its number'),
  project_uuid: projectUuid,
  record: integer('its number in the journal'),
  event_type: orNull(text()),
  aggregate_id: orNull(text('what it is about')),
  timestamp: orNull(text('occurrence time, ISO 8601')),
  attempts: integer('how often a hub refused it'),
  refused_by: choice(['hub', 'record'], '`record`: it can never be sent as it is'),
  reason: text(),
};

export const deadLetterSchemas: readonly DocumentSchema[] = [
  documentOf('sync dead-letters list', { dead_letters: list(object(deadLetter), 'in the order of capture') }),
  documentOf('sync dead-letters show', {
    ...deadLetter,
    event: orNull(open('the whole event; `null` when its record is damaged')),
  }),
  documentOf('sync dead-letters requeue', {
    requeued: list(text(), 'ids that are pending again'),
    left: list(object({ event_id: text(), reason: text() }), 'that can never be sent as they are'),
  }),
  documentOf('sync dead-letters discard', { discarded: list(text(), 'ids that were thrown away') }),
];
