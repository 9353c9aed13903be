import type { CommandContext, Report } from '../../define-command.js';

export const run = async ({ client, signal, terminal }: CommandContext<object>): Promise<Report> => {
  const outcome = await client.delivery.signOut.run(signal);
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
