import type { Report } from '../../define-command.js';
import type { ClientContext } from '../shared/client.js';

export const run = async ({ container, signal, terminal }: ClientContext<object>): Promise<Report> => {
  const signOut = await (await container()).get('signOut');
  const outcome = await signOut.run(signal);
  if (outcome.outcome === 'not-signed-in') {
    return { data: { signed_out: false }, text: 'Nobody was signed in.' };
  }
  if (outcome.notRevoked !== undefined)
    terminal.warn(`The hub may still know this sign-in: ${outcome.notRevoked}.`);
  return {
    data: { signed_out: true, not_revoked: outcome.notRevoked },
    text: 'Signed out. Events stay on this machine until somebody signs in.',
  };
};
