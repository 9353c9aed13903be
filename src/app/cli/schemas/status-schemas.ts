import { choice, documentOf, flag, integer, list, moment, number, object, orNull, text } from './schema.js';
import { account, accounting, projectUuid } from './shared-schemas.js';

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

export const doctorSchema = documentOf('sync doctor', {
  sound: flag('whether nothing is broken'),
  state_root: text(),
  free_bytes: orNull(integer()),
  findings: list(
    object({
      check: choice([
        'files',
        'disk',
        'outboxes',
        'clock',
        'settings',
        'checkouts',
        'account',
        'hub',
        'background',
        'locks',
      ]),
      severity: choice(['problem', 'warning', 'note']),
      message: text(),
      remedy: text('a command, or a sentence'),
      fixable: flag('whether --fix does it'),
    }),
    'the most urgent first',
  ),
  remedies: list(text(), 'the remedies of the findings, each once, in their order'),
  fixed: list(text(), 'what --fix has done'),
  recount: list(
    object({
      project_uuid: projectUuid,
      captured: integer(),
      accounted_for: integer('what the right side of the accounting adds up to'),
      balanced: flag(),
      waiting: integer(),
      dead_letters: integer(),
      records: integer('that can be read one by one now'),
      settled: integer('of these'),
      counted: integer('settled by the totals: at least as many, since retention removes records'),
      damaged: integer(),
      repeated: integer('event ids that are there twice'),
      highest_clock: integer('highest Lamport timestamp'),
    }),
    'of the records that are there, project by project',
  ),
});
