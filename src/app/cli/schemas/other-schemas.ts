import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  moment,
  nullable,
  object,
  open,
  text,
  type DocumentSchema,
} from './schema.js';
import { account } from './shared-schemas.js';

const sourced = object({ value: text(), source: choice(['config', 'remembered', 'derived']) });

export const otherSchemas: readonly DocumentSchema[] = [
  documentOf(
    'auth login',
    { signed_in: flag(), server: text(), team: text() },
    { username: text(), backlog: open('what was asked about earlier events, and the answer') },
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
      accessExpiresAtMs: moment('when the access token expires'),
      refreshExpiresAtMs: moment('when the refresh token expires'),
    },
  ),
  documentOf('events list', { events: list(open('an event in the present vocabulary'), 'oldest first') }),
  documentOf('events import', {
    rows: integer(),
    adopted: integer(),
    known: integer('taken over before, or captured here'),
    invalid: integer('adopted, and never sent'),
    refused: integer('for which there was no room'),
    unusable: list(object({ eventId: text(), reason: text() })),
  }),
  documentOf('identity show', {
    project: object({ slug: sourced }, { uuid: sourced, repoSlug: sourced, mintedBy: text() }),
    nodeId: text('of this machine and user'),
    checkout: object(
      { root: text(), projectRoot: text() },
      { commonDir: text(), gitDir: text(), branch: text(), commit: text() },
    ),
    share: { type: ['boolean', 'string'], description: '`unreadable` when the config cannot be read' },
    autoStart: flag(),
    warnings: list(text()),
  }),
  documentOf('init', {
    project_root: text(),
    project_uuid: text(),
    project_slug: text(),
    config: choice(['created', 'completed', 'repaired', 'unchanged']),
    set_aside: nullable(text('where the broken config lies now')),
    commit: nullable(text()),
  }),
  documentOf('hub serve', { url: text(), stopped: flag() }),
  documentOf('hub team add', { team: text(), outcome: text() }),
  documentOf('hub user add', { user: text(), team: text(), outcome: text() }),
  documentOf('completion', { shell: text(), script: text() }),
];
