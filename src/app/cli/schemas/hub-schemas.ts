import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  moment,
  of,
  orNull,
  object,
  text,
  type DocumentSchema,
} from './schema.js';

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
