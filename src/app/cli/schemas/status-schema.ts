import { choice, documentOf, flag, integer, list, moment, number, object, text } from './schema.js';
import { account, accounting } from './shared-schemas.js';

const connection = choice(['Connected', 'Reconnecting', 'Offline', 'OfflineBatchMode']);

const heartbeat = object(
  {
    version: text('of the program that runs it'),
    process_id: integer(),
    started_at_ms: moment('when it started'),
    at_ms: moment('when this was noted'),
    age_ms: integer('how long ago that was'),
    connection,
    progress_at_ms: moment('when there was last progress'),
  },
  {
    left: text('why it has left'),
    last_flush: object({ at_ms: moment('end'), delivered: integer(), ended: text() }, { reason: text() }),
    next_try_at_ms: moment('when the hub is asked again'),
  },
);

const project = object(
  {
    accounting,
    balanced: flag('whether both sides of the accounting are equal'),
    waiting: integer('pending and held'),
    beside: object(
      {
        refused: integer('not taken at the limit'),
        withdrawn: integer('their work left no evidence'),
        waiting_for_lock: integer('durable, and not in the journal yet'),
        torn_tails: integer('records that were cut short before anybody was told of them'),
      },
      {},
      'counts that stand beside the accounting, never in it',
    ),
    former: list(
      object(
        {
          hub: text(),
          team: text(),
          through: integer('record up to which everything was settled there, but for what was given up on'),
          totals: object({ delivered: integer(), duplicate: integer(), discarded: integer() }),
        },
        { closed_at_ms: moment('when another took its place'), last_receipt_at_ms: moment('last receipt') },
      ),
      'hubs and teams that are not in use any more',
    ),
  },
  {
    project_uuid: text('absent: events without a project identity'),
    project_slug: text(),
    project_path: text('a checkout of it on this machine'),
    hub: text('that the accounting speaks of; absent before anything was sent'),
    team: text(),
    oldest_waiting: text('occurrence time of the oldest event that waits, ISO 8601'),
    oldest_waiting_age_ms: integer(),
    last_receipt_at_ms: moment('when a receipt last arrived'),
  },
);

export const statusSchema = documentOf(
  'sync status',
  {
    projects: list(project),
    background: object(
      { state: choice(['running', 'silent', 'not running']), connection },
      { heartbeat },
      'the process that delivers beside the commands',
    ),
    limits: object({ max_queue_size: integer(), fullness: number('of the fullest outbox, from 0 to 1') }),
    settings: object(
      { issues: list(object({ path: text(), reason: text() }), 'what of config.toml cannot be used') },
      {
        server_url: text(),
        max_queue_size: integer(),
        min_batch_interval_seconds: number(),
        linger_seconds: number(),
        retain_days: number(),
      },
    ),
  },
  {
    account: object({ hub: text(), team: text() }, { username: text() }),
    server: text(),
    check: object(
      {
        state: choice(['reachable', 'unreachable', 'session-expired', 'signed-out', 'unusable', 'no-server']),
      },
      { url: text(), reason: text(), account },
      'only with --check',
    ),
  },
  2,
);
