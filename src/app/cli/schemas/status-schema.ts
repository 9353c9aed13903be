import { choice, documentOf, flag, integer, list, moment, number, object, text } from './schema.js';
import { account, accounting } from './shared-schemas.js';

const connection = choice(['Connected', 'Reconnecting', 'Offline', 'OfflineBatchMode']);

const heartbeat = object(
  {
    version: text('of the program that runs it'),
    processId: integer(),
    startedAtMs: moment('when it started'),
    atMs: moment('when this was noted'),
    ageMs: integer('how long ago that was'),
    connection,
    progressAtMs: moment('when there was last progress'),
  },
  {
    left: text('why it has left'),
    lastFlush: object({ atMs: moment('end'), delivered: integer(), ended: text() }, { reason: text() }),
    nextTryAtMs: moment('when the hub is asked again'),
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
        waitingForLock: integer('durable, and not in the journal yet'),
        tornTails: integer('records that were cut short before anybody was told of them'),
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
        { closedAtMs: moment('when another took its place'), lastReceiptAtMs: moment('last receipt') },
      ),
      'hubs and teams that are not in use any more',
    ),
  },
  {
    projectUuid: text('absent: events without a project identity'),
    projectSlug: text(),
    hub: text('that the accounting speaks of; absent before anything was sent'),
    team: text(),
    oldestWaiting: text('occurrence time of the oldest event that waits, ISO 8601'),
    oldestWaitingAgeMs: integer(),
    lastReceiptAtMs: moment('when a receipt last arrived'),
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
    limits: object({ maxQueueSize: integer(), fullness: number('of the fullest outbox, from 0 to 1') }),
    settings: object(
      { issues: list(object({ path: text(), reason: text() }), 'what of config.toml cannot be used') },
      {
        serverUrl: text(),
        maxQueueSize: integer(),
        minBatchIntervalSeconds: number(),
        lingerSeconds: number(),
        retainDays: number(),
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
);
