import {
  choice,
  documentOf,
  either,
  flag,
  integer,
  list,
  moment,
  number,
  object,
  of,
  open,
  orNull,
  text,
  type DocumentSchema,
} from './schema.js';
import { account } from './shared-schemas.js';

const sourced = object({ value: text(), source: choice(['config', 'remembered', 'derived']) });

const backlog = object(
  {
    answer: choice(['consent', 'withhold', 'decline']),
    backlogs: list(
      object(
        {
          project_uuid: text(),
          local: integer('captured while nobody was signed in'),
          elsewhere: integer('captured for another hub or team'),
        },
        { project_slug: text() },
      ),
    ),
  },
  {},
  'what was asked about earlier events, and the answer',
);

const settingPlace = choice(['machine', 'project']);
const settingValue = orNull(either([text(), number(), flag()]));
const setting = {
  key: text(),
  value: settingValue,
  default: of('standard', settingValue),
  is_set: flag('whether somebody set it; otherwise the default holds'),
  place: settingPlace,
  meaning: text(),
};

export const otherSchemas: readonly DocumentSchema[] = [
  documentOf(
    'auth login',
    { signed_in: flag(), server: text(), team: text() },
    { username: text(), backlog },
    2,
  ),
  documentOf(
    'agent instructions',
    {},
    {
      text: text('the page, when it is only printed'),
      path: text('the file that the host reads, relative to the project'),
      outcome: choice(['written', 'unchanged', 'not-written']),
      before: orNull(text('what the file read like; `null`: there was none')),
      after: text('what it reads like, or would; empty: it goes away'),
    },
  ),
  documentOf('auth logout', { signed_out: flag() }, { not_revoked: text('why the hub may still know it') }),
  documentOf(
    'auth status',
    { state: choice(['signed-in', 'signed-out', 'unusable']) },
    {
      source: choice(['file', 'environment']),
      reason: text('why the sign-in cannot be used'),
      account,
      session: choice(['valid', 'refreshable', 'ended']),
      access_expires_at_ms: moment('when the access token expires'),
      refresh_expires_at_ms: moment('when the refresh token expires'),
    },
    2,
  ),
  documentOf('events list', { events: list(open('an event in the present vocabulary'), 'oldest first') }),
  documentOf('events export', {
    format: choice(['ndjson', 'cloudevents']),
    output: text('the file that was written'),
    events: integer(),
    damaged: integer('records without an event, which are left out'),
  }),
  documentOf(
    'events import',
    {
      rows: integer('events that the file has'),
      adopted: integer(),
      known: integer('taken over before, or captured here'),
      invalid: integer('adopted, and never sent'),
      refused: integer('for which there was no room'),
      unusable: list(object({ reason: text() }, { line: integer(), event_id: text() }), 'not kept at all'),
    },
    {
      issues: list(object({ line: integer(), event_id: text(), reason: text() }), 'of invalid ones'),
      is_complete: flag('whether the file was read to its end'),
    },
    2,
  ),
  documentOf(
    'identity show',
    {
      project: object({ slug: sourced }, { uuid: sourced, repo_slug: sourced, minted_by: text() }),
      node_id: text('of this machine and user'),
      checkout: object(
        { root: text(), project_root: text() },
        { common_dir: text(), git_dir: text(), project_git_dir: text(), branch: text(), commit: text() },
      ),
      share: either([flag(), text()], '`unreadable` when the config cannot be read'),
      auto_start: flag(),
      warnings: list(text()),
    },
    {},
    2,
  ),
  documentOf('init', {
    project_root: text(),
    project_uuid: text(),
    project_slug: text(),
    config: choice(['created', 'completed', 'repaired', 'unchanged']),
    set_aside: orNull(text('where the broken config lies now')),
    commit: orNull(text()),
  }),
  documentOf('open', {
    url: text('of the page'),
    is_shared: flag('whether the events of this project go to that hub at all, as far as its config says'),
    opened: flag('whether a browser was started'),
  }),
  documentOf('config list', { settings: list(object(setting)) }),
  documentOf('config get', setting),
  documentOf('config set', { key: text(), value: text(), place: settingPlace }),
  documentOf('completion', { shell: text(), script: text() }),
];

const session = object({
  id: text('what `hub session end` or `hub token revoke` takes'),
  user: text(),
  team: text(),
  name: orNull(text('what the device or the token is called')),
  opened_at_ms: moment('when it was opened'),
  expires_at_ms: moment('when it ends unless it is renewed'),
});

const ended = { ended: list(session) };

export const hubSchemas: readonly DocumentSchema[] = [
  documentOf('hub serve', { url: text(), stopped: flag() }),
  documentOf('hub backup', { file: text() }),
  documentOf('hub restore', { file: text(), former: orNull(text('where the former data lie')) }),
  documentOf('hub team add', { team: text(), outcome: choice(['added', 'exists']) }),
  documentOf('hub team list', { teams: list(object({ team: text(), members: list(text()) })) }),
  documentOf('hub team remove', { team: text(), outcome: choice(['removed']) }),
  documentOf('hub user add', { user: text(), team: text(), outcome: choice(['added']) }),
  documentOf('hub user list', {
    users: list(
      object({ user: of('name', text()), teams: list(text()), added_at_ms: moment('when it was added') }),
    ),
  }),
  documentOf('hub user join', { user: text(), team: text(), outcome: choice(['added', 'exists']) }),
  documentOf('hub user leave', { user: text(), team: text(), outcome: choice(['removed']) }),
  documentOf('hub user remove', { user: text(), outcome: choice(['removed']) }),
  documentOf('hub user password', { user: text(), outcome: choice(['changed']) }),
  documentOf('hub token create', {
    token: text('shown this once'),
    user: text(),
    team: text(),
    lifetime_seconds: integer('how long it is good for'),
  }),
  documentOf('hub token list', { tokens: list(session) }),
  documentOf('hub token revoke', ended),
  documentOf('hub session list', { sessions: list(session) }),
  documentOf('hub session end', ended),
  documentOf('hub webhook add', {
    id: text(),
    team: text(),
    url: text(),
    secret: text('signs its messages; shown this once'),
  }),
  documentOf('hub webhook list', {
    webhooks: list(
      object({ id: text(), team: text(), url: text(), through: integer('the event it has received last') }),
    ),
  }),
  documentOf('hub webhook remove', { id: text(), outcome: choice(['removed']) }),
];
