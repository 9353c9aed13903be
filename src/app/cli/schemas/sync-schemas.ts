import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  object,
  of,
  open,
  orNull,
  text,
  type DocumentSchema,
} from './schema.js';
import { counts, passCounts, passEnd, projectUuid } from './shared-schemas.js';
import { doctorSchema, statusSchema } from './status-schemas.js';

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

const deadLetterSchemas: readonly DocumentSchema[] = [
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

const leftReasons = counts('how many events stay for each reason');

/** What `sync now` prints, and the summary of its report. */
const deliverySummary = {
  ...passCounts,
  left: integer('events that wait, held ones included'),
  left_reasons: leftReasons,
  ended: passEnd,
};

/** The file of `sync now --report`. */
export const reportFileSchema = documentOf(
  'sync now --report FILE',
  {
    generated_at: text('ISO 8601, UTC'),
    summary: object(deliverySummary),
    projects: list(
      object({
        project_uuid: projectUuid,
        failures: of(
          'events',
          list(
            object({
              event_id: text(),
              state: text('`pending`, `held` or `dead letter`'),
              reason: text('the last words of the hub, or why the event is held'),
            }),
            'every event that no hub has',
          ),
        ),
      }),
    ),
  },
  {},
  2,
);

export const syncSchemas: readonly DocumentSchema[] = [
  documentOf('sync now', deliverySummary, {}, 2),
  statusSchema,
  documentOf('sync verify', {
    agrees: flag('whether ledger and hub say the same about every event'),
    hub: text(),
    team: text(),
    projects: list(
      object({
        project_uuid: text(),
        settled: integer('events of the local journal that are settled here by a receipt'),
        at_hub: integer('events that the hub has of this project, from all machines'),
        missing_at_hub: list(text(), 'ids that are settled here and not at the hub'),
        uncounted: list(text(), 'ids that are in the journal and at the hub, and not counted here'),
        reoffered: integer('events that were offered again because the hub was restored and had lost them'),
      }),
    ),
  }),
  documentOf('sync preview', {
    projects: list(
      object({
        project_uuid: projectUuid,
        to: orNull(
          object({ hub: text(), url: text(), team: orNull(text('`null`: known to the hub alone so far')) }),
        ),
        count: integer('how many would leave'),
        held: counts('what stays, by reason'),
        dead_letters: counts('what was given up on, by reason'),
        events: list(
          open('the envelope as it would be sent'),
          'oldest first; all, or as many as --limit says',
        ),
      }),
    ),
  }),
  doctorSchema,
  ...deadLetterSchemas,
  documentOf(
    'sync diagnose',
    {
      waiting: integer(),
      valid: integer(),
      invalid: integer(),
      projects: list(
        object(
          {
            waiting: integer(),
            valid: integer(),
            events: list(
              object(
                {
                  record: integer(),
                  event_id: text(),
                  issues: list(object({ path: text('dotted'), reason: text() })),
                  attempts: integer(),
                },
                { event_type: text(), reason: text() },
              ),
            ),
          },
          { project_uuid: text() },
        ),
      ),
    },
    {},
    2,
  ),
  documentOf('sync move', {
    from: text('as it was given'),
    to: object({ hub: text(), url: text(), team: text() }),
    moved: flag('whether it was decided; delivery comes next'),
    events: integer('how many go to the present hub'),
    projects: list(
      object({
        project_uuid: text(),
        team: text('for which they were captured'),
        held: integer('events for which the former hub gave no receipt'),
        delivered_there: of(
          'delivered',
          integer('events that it has and the journal still holds; they go along with --journal'),
        ),
      }),
    ),
  }),
  documentOf('sync run', { left: text('why it ended') }),
  documentOf(
    'sync on',
    { project_uuid: text(), sharing: text('`on`, or `off` where a checkout refuses') },
    { refused_by: list(text(), 'checkouts whose config keeps the project on this machine') },
  ),
  documentOf('sync off', { project_uuid: text(), sharing: text() }),
  documentOf('sync server', { server: orNull(text('base URL of the hub')) }),
];
