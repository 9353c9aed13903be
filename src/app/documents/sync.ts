import {
  choice,
  document,
  flag,
  integer,
  items,
  list,
  map,
  moment,
  number,
  object,
  of,
  open,
  orNull,
  text,
} from './words.js';

const projectUuid = orNull(text('`null`: events without a project identity'));

const counts = (description: string) => map(integer(), description);

/** Both sides of the accounting identity of a project. */
export const accounting = object(
  'captured = delivered + duplicate + pending + held + dead_letters + discarded',
  {
    captured: integer('the sum of all that follow'),
    delivered: integer('the hub has confirmed them by their ids'),
    duplicate: integer('the hub had them before'),
    pending: integer('wait, and may go'),
    held: counts('wait and may not go, by reason'),
    dead_letters: counts('given up on, by reason'),
    discarded: integer('dead letters that a person threw away'),
  },
);

/** What one pass over all projects did. */
const passCounts = {
  delivered: integer('receipts of this pass'),
  duplicate: integer('the hub had them before'),
  rejected: integer('refused, and due again later'),
  dead_letters: integer('given up on in this pass'),
};

const passEnd = object('why nothing more moved', {
  end: choice([
    'complete',
    'busy',
    'interrupted',
    'nothing-moved',
    'unavailable',
    'signed-out',
    'forbidden',
    'protocol-mismatch',
    'unexpected',
    'storage-failed',
    'too-many-exceptions',
  ]),
  'reason?': text(),
  'retry_after_ms?': integer(),
});

export const account = object({
  hub: object({
    url: text(),
    'id?': text(),
    'claims?': text('the id that it states, which another hub was known by before'),
  }),
  team: text(),
  'username?': text(),
});

const connection = choice(['Connected', 'Reconnecting', 'Offline', 'OfflineBatchMode']);

const heartbeat = object({
  version: text('of the program that runs it'),
  process_id: integer(),
  started_at_ms: moment('when it started'),
  at_ms: moment('when this was noted'),
  age_ms: integer('how long ago that was'),
  connection,
  progress_at_ms: moment('when there was last progress'),
  'left?': text('why it has left'),
  'last_flush?': object({ at_ms: moment('end'), delivered: integer(), ended: text(), 'reason?': text() }),
  'next_try_at_ms?': moment('when the hub is asked again'),
});

const project = object({
  accounting,
  balanced: flag('whether both sides of the accounting are equal'),
  waiting: integer('pending and held'),
  beside: object('counts that stand beside the accounting, never in it', {
    refused: integer('not taken at the limit'),
    withdrawn: integer('their work left no evidence'),
    waiting_for_lock: integer('durable, and not in the journal yet'),
    torn_tails: integer('records that were cut short before anybody was told of them'),
  }),
  former: items('hubs and teams that are not in use any more', {
    hub: text(),
    team: text(),
    through: integer('record up to which everything was settled there, but for what was given up on'),
    totals: object({ delivered: integer(), duplicate: integer(), discarded: integer() }),
    'closed_at_ms?': moment('when another took its place'),
    'last_receipt_at_ms?': moment('last receipt'),
  }),
  'project_uuid?': text('absent: events without a project identity'),
  'project_slug?': text(),
  'project_path?': text('a checkout of it on this machine'),
  'hub?': text('that the accounting speaks of; absent before anything was sent'),
  'team?': text(),
  'oldest_waiting?': text('occurrence time of the oldest event that waits, ISO 8601'),
  'oldest_waiting_age_ms?': integer(),
  'last_receipt_at_ms?': moment('when a receipt last arrived'),
});

const status = document(2, {
  projects: list(project),
  background: object('the process that delivers beside the commands', {
    state: choice(['running', 'silent', 'not running']),
    connection,
    'heartbeat?': heartbeat,
  }),
  limits: object({ max_queue_size: integer(), fullness: number('of the fullest outbox, from 0 to 1') }),
  settings: object({
    issues: items('what of config.toml cannot be used', { path: text(), reason: text() }),
    'server_url?': text(),
    'max_queue_size?': integer(),
    'min_batch_interval_seconds?': number(),
    'linger_seconds?': number(),
    'retain_days?': number(),
  }),
  'account?': object({ hub: text(), team: text(), 'username?': text() }),
  'server?': text(),
  'check?': object('only with --check', {
    state: choice(['reachable', 'unreachable', 'session-expired', 'signed-out', 'unusable', 'no-server']),
    'url?': text(),
    'reason?': text(),
    'account?': account,
  }),
});

const doctor = document({
  sound: flag('whether nothing is broken'),
  state_root: text(),
  free_bytes: orNull(integer()),
  findings: items('the most urgent first', {
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
  remedies: list(text(), 'the remedies of the findings, each once, in their order'),
  fixed: list(text(), 'what --fix has done'),
  recount: items('of the records that are there, project by project', {
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
});

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

const leftReasons = counts('how many events stay for each reason');

/** What `sync now` prints, and the summary of its report. */
const deliverySummary = {
  ...passCounts,
  left: integer('events that wait, held ones included'),
  left_reasons: leftReasons,
  ended: passEnd,
};

/** The file of `sync now --report`. */
export const reportFile = document(2, {
  generated_at: text('ISO 8601, UTC'),
  summary: object(deliverySummary),
  projects: items({
    project_uuid: projectUuid,
    failures: of(
      'events',
      items('every event that no hub has', {
        event_id: text(),
        state: text('`pending`, `held` or `dead letter`'),
        reason: text('the last words of the hub, or why the event is held'),
      }),
    ),
  }),
});

/** What the commands about delivery print. */
export const sync = {
  'sync now': document(2, { ...deliverySummary }),
  'sync status': status,
  'sync verify': document({
    agrees: flag('whether ledger and hub say the same about every event'),
    hub: text(),
    team: text(),
    projects: items({
      project_uuid: text(),
      settled: integer('events of the local journal that are settled here by a receipt'),
      at_hub: integer('events that the hub has of this project, from all machines'),
      missing_at_hub: list(text(), 'ids that are settled here and not at the hub'),
      uncounted: list(text(), 'ids that are in the journal and at the hub, and not counted here'),
      reoffered: integer('events that were offered again because the hub was restored and had lost them'),
    }),
  }),
  'sync preview': document({
    projects: items({
      project_uuid: projectUuid,
      to: orNull(
        object({ hub: text(), url: text(), team: orNull(text('`null`: known to the hub alone so far')) }),
      ),
      count: integer('how many would leave'),
      held: counts('what stays, by reason'),
      dead_letters: counts('what was given up on, by reason'),
      events: list(open('the envelope as it would be sent'), 'oldest first; all, or as many as --limit says'),
    }),
  }),
  'sync doctor': doctor,
  'sync dead-letters list': document({ dead_letters: items('in the order of capture', deadLetter) }),
  'sync dead-letters show': document({
    ...deadLetter,
    event: orNull(open('the whole event; `null` when its record is damaged')),
  }),
  'sync dead-letters requeue': document({
    requeued: list(text(), 'ids that are pending again'),
    left: items('that can never be sent as they are', { event_id: text(), reason: text() }),
  }),
  'sync dead-letters discard': document({ discarded: list(text(), 'ids that were thrown away') }),
  'sync diagnose': document(2, {
    waiting: integer(),
    valid: integer(),
    invalid: integer(),
    projects: items({
      waiting: integer(),
      valid: integer(),
      events: items({
        record: integer(),
        event_id: text(),
        issues: items({ path: text('dotted'), reason: text() }),
        attempts: integer(),
        'event_type?': text(),
        'reason?': text(),
      }),
      'project_uuid?': text(),
    }),
  }),
  'sync move': document({
    from: text('as it was given'),
    to: object({ hub: text(), url: text(), team: text() }),
    moved: flag('whether it was decided; delivery comes next'),
    events: integer('how many go to the present hub'),
    projects: items({
      project_uuid: text(),
      team: text('for which they were captured'),
      held: integer('events for which the former hub gave no receipt'),
      delivered_there: of(
        'delivered',
        integer('events that it has and the journal still holds; they go along with --journal'),
      ),
    }),
  }),
  'sync run': document({ left: text('why it ended') }),
  'sync on': document({
    project_uuid: text(),
    sharing: text('`on`, or `off` where a checkout refuses'),
    'refused_by?': list(text(), 'checkouts whose config keeps the project on this machine'),
  }),
  'sync off': document({ project_uuid: text(), sharing: text() }),
  'sync server': document({ server: orNull(text('base URL of the hub')) }),
};
