import {
  choice,
  document,
  either,
  flag,
  integer,
  items,
  list,
  moment,
  number,
  object,
  of,
  open,
  orNull,
  text,
} from './words.js';
import { account } from './sync.js';

const sourced = object({ value: text(), source: choice(['config', 'remembered', 'derived']) });

const backlog = object('what was asked about earlier events, and the answer', {
  answer: choice(['consent', 'withhold', 'decline']),
  backlogs: items({
    project_uuid: text(),
    local: integer('captured while nobody was signed in'),
    elsewhere: integer('captured for another hub or team'),
    'project_slug?': text(),
  }),
});

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

/** What the commands about accounts, events, settings and the rest print. */
export const others = {
  'auth login': document(2, {
    signed_in: flag(),
    server: text(),
    team: text(),
    'username?': text(),
    'backlog?': backlog,
  }),
  'agent instructions': document({
    'text?': text('the page, when it is only printed'),
    'path?': text('the file that the host reads, relative to the project'),
    'outcome?': choice(['written', 'unchanged', 'not-written']),
    'before?': orNull(text('what the file read like; `null`: there was none')),
    'after?': text('what it reads like, or would; empty: it goes away'),
  }),
  'auth logout': document({ signed_out: flag(), 'not_revoked?': text('why the hub may still know it') }),
  'auth status': document(2, {
    state: choice(['signed-in', 'signed-out', 'unusable']),
    'source?': choice(['file', 'environment']),
    'reason?': text('why the sign-in cannot be used'),
    'account?': account,
    'session?': choice(['valid', 'refreshable', 'ended']),
    'access_expires_at_ms?': moment('when the access token expires'),
    'refresh_expires_at_ms?': moment('when the refresh token expires'),
  }),
  'events list': document({ events: list(open('an event in the present vocabulary'), 'oldest first') }),
  'events export': document({
    format: choice(['ndjson', 'cloudevents']),
    output: text('the file that was written'),
    events: integer(),
    damaged: integer('records without an event, which are left out'),
  }),
  'events import': document(2, {
    rows: integer('events that the file has'),
    adopted: integer(),
    known: integer('taken over before, or captured here'),
    invalid: integer('adopted, and never sent'),
    refused: integer('for which there was no room'),
    unusable: items('not kept at all', { reason: text(), 'line?': integer(), 'event_id?': text() }),
    'issues?': items('of invalid ones', { line: integer(), event_id: text(), reason: text() }),
    'is_complete?': flag('whether the file was read to its end'),
  }),
  'identity show': document(2, {
    project: object({ slug: sourced, 'uuid?': sourced, 'repo_slug?': sourced, 'minted_by?': text() }),
    node_id: text('of this machine and user'),
    checkout: object({
      root: text(),
      project_root: text(),
      'common_dir?': text(),
      'git_dir?': text(),
      'project_git_dir?': text(),
      'branch?': text(),
      'commit?': text(),
    }),
    share: either([flag(), text()], '`unreadable` when the config cannot be read'),
    auto_start: flag(),
    warnings: list(text()),
  }),
  init: document({
    project_root: text(),
    project_uuid: text(),
    project_slug: text(),
    config: choice(['created', 'completed', 'repaired', 'unchanged']),
    set_aside: orNull(text('where the broken config lies now')),
    commit: orNull(text()),
  }),
  open: document({
    url: text('of the page'),
    is_shared: flag('whether the events of this project go to that hub at all, as far as its config says'),
    opened: flag('whether a browser was started'),
  }),
  'config list': document({ settings: items(setting) }),
  'config get': document(setting),
  'config set': document({ key: text(), value: text(), place: settingPlace }),
  completion: document({ shell: text(), script: text() }),
};

const session = object({
  id: text('what `hub session end` or `hub token revoke` takes'),
  user: text(),
  team: text(),
  name: orNull(text('what the device or the token is called')),
  opened_at_ms: moment('when it was opened'),
  expires_at_ms: moment('when it ends unless it is renewed'),
});

const ended = { ended: list(session) };

/** What the commands about a hub print. */
export const hub = {
  'hub serve': document({ url: text(), stopped: flag() }),
  'hub backup': document({ file: text() }),
  'hub restore': document({ file: text(), former: orNull(text('where the former data lie')) }),
  'hub team add': document({ team: text(), outcome: choice(['added', 'exists']) }),
  'hub team list': document({ teams: items({ team: text(), members: list(text()) }) }),
  'hub team remove': document({ team: text(), outcome: choice(['removed']) }),
  'hub user add': document({ user: text(), team: text(), outcome: choice(['added']) }),
  'hub user list': document({
    users: items({ user: of('name', text()), teams: list(text()), added_at_ms: moment('when it was added') }),
  }),
  'hub user join': document({ user: text(), team: text(), outcome: choice(['added', 'exists']) }),
  'hub user leave': document({ user: text(), team: text(), outcome: choice(['removed']) }),
  'hub user remove': document({ user: text(), outcome: choice(['removed']) }),
  'hub user password': document({ user: text(), outcome: choice(['changed']) }),
  'hub token create': document({
    token: text('shown this once'),
    user: text(),
    team: text(),
    lifetime_seconds: integer('how long it is good for'),
  }),
  'hub token list': document({ tokens: list(session) }),
  'hub token revoke': document(ended),
  'hub session list': document({ sessions: list(session) }),
  'hub session end': document(ended),
  'hub webhook add': document({
    id: text(),
    team: text(),
    url: text(),
    secret: text('signs its messages; shown this once'),
  }),
  'hub webhook list': document({
    webhooks: items({
      id: text(),
      team: text(),
      url: text(),
      through: integer('the event it has received last'),
    }),
  }),
  'hub webhook remove': document({ id: text(), outcome: choice(['removed']) }),
};
