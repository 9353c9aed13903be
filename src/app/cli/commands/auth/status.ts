import type { CommandContext, Report } from '../../define-command.js';
import { shownTime } from '../../../reports/shown-time.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { facts } from '../../render/table.js';
import { green, yellow, type Text } from '../../render/text.js';

export const run = async ({ client }: CommandContext<object>): Promise<Report> => {
  const reading = await client.delivery.getAccountStatus.run();
  const document = { version: 2, ...snakeKeys(reading) };
  switch (reading.state) {
    case 'signed-out':
      return {
        outcome: 'not-signed-in',
        data: document,
        text: 'Not signed in. Sign in with: spec-kitty auth login',
      };
    case 'unusable':
      return {
        outcome: 'not-signed-in',
        data: document,
        text: `The sign-in cannot be used: ${reading.reason}`,
      };
    case 'signed-in': {
      const { account, session, source } = reading;
      const rows: readonly (readonly [string, Text])[] = [
        ['server', account.hub.url],
        ['user', account.username ?? 'known to the hub alone'],
        ['team', account.team],
        ['session', session === 'ended' ? yellow('ended: sign in again') : green(session)],
        ['from', source === 'file' ? 'the credentials file' : 'SPEC_KITTY_TOKEN'],
        ...expiry('access until', reading.accessExpiresAtMs),
        ...expiry('refresh until', reading.refreshExpiresAtMs),
      ];
      return { outcome: session === 'ended' ? 'not-signed-in' : 'done', data: document, text: facts(rows) };
    }
  }
};

const expiry = (name: string, atMs: number | undefined): readonly (readonly [string, Text])[] =>
  atMs === undefined ? [] : [[name, shownTime(atMs)]];
