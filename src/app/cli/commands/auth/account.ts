import { shownTime } from '../../../reports/shown-time.js';
import { defineCommand } from '../../define-command.js';
import { facts } from '../../render/table.js';
import { green, yellow, type Text } from '../../render/text.js';
import { login } from './login.js';

/** The commands about who is signed in. */
export const authCommands = [
  login,
  defineCommand({
    path: 'auth logout',
    summary: 'sign out, here and at the hub',
    examples: [['spec-kitty auth logout', 'forget the sign-in of this machine']],
    run: async ({ client, signal, terminal }) => {
      const outcome = await client.delivery.signOut.run(signal);
      if (outcome.outcome === 'not-signed-in')
        return { data: { signedOut: false }, text: 'Nobody was signed in.' };
      const { notRevoked } = outcome;
      if (notRevoked !== undefined) terminal.warn(`The hub may still know this sign-in: ${notRevoked}.`);
      return {
        data: { signedOut: true, notRevoked },
        text: 'Signed out. Events stay on this machine until somebody signs in.',
      };
    },
  }),
  defineCommand({
    path: 'auth status',
    summary: 'show who is signed in, where, and until when',
    examples: [['spec-kitty auth status --json', 'the same for a program']],
    run: async ({ client }) => {
      const reading = await client.delivery.getAccountStatus.run();
      switch (reading.state) {
        case 'signed-out':
          return {
            outcome: 'not-signed-in',
            data: reading,
            text: 'Not signed in. Sign in with: spec-kitty auth login',
          };
        case 'unusable':
          return {
            outcome: 'not-signed-in',
            data: reading,
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
          const outcome = session === 'ended' ? 'not-signed-in' : 'done';
          return { outcome, data: reading, text: facts(rows) };
        }
      }
    },
  }),
];

const expiry = (name: string, atMs: number | undefined): readonly (readonly [string, Text])[] =>
  atMs === undefined ? [] : [[name, shownTime(atMs)]];
