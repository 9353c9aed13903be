import * as vscode from 'vscode';
import type { Backlog, Client } from 'spec-kitty-sync';

/** Asks for hub, name and password, and what shall become of what waits; the sign-in is the command line's as well. */
export const signIn = async (client: Client): Promise<void> => {
  const settings = await client.port('settings');
  const serverUrl = await ask(vscode.l10n.t('Address of the hub'), (await settings.read()).serverUrl ?? '');
  if (serverUrl === undefined) return;
  const username = await ask(vscode.l10n.t('User name'));
  if (username === undefined) return;
  const password = await ask(vscode.l10n.t('Password of {0}', username), '', true);
  if (password === undefined) return;
  const proof = { with: 'password', username, password } as const;
  const signedIn = await client.delivery.signIn.run(
    {
      serverUrl,
      proof,
      hasMoved: async ({ id, from, to }) => {
        const known = from.join(', ');
        const question = vscode.l10n.t(
          '{0} says that it is the hub known at {1} ({2}). Has it moved?',
          to,
          known,
          id,
        );
        const yes = vscode.l10n.t('It has moved');
        return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
      },
    },
    (account) => client.delivery.backlogConsent.settle(account, askConsent),
  );
  if (signedIn.outcome === 'declined') return;
  const { account } = signedIn;
  await client.delivery.liftRefusals.run(account);
  await settings.set('server_url', account.hub.url);
  const who = account.username ?? username;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Signed in at {0} as {1} of team {2}.', account.hub.url, who, account.team),
  );
};

/** Closing the question ends the sign-in, and nothing has changed. */
const askConsent = async (backlogs: readonly Backlog[]): Promise<'consent' | 'decline' | undefined> => {
  const list = backlogs.map(
    ({ projectSlug, projectUuid, local, elsewhere }) => `${projectSlug ?? projectUuid}: ${local + elsewhere}`,
  );
  const [send, keep] = [vscode.l10n.t('Send Them'), vscode.l10n.t('Keep Them Here')];
  const question = vscode.l10n.t('Events wait on this machine and would now be sent.');
  const options = { modal: true, detail: list.join('\n') };
  const chosen = await vscode.window.showWarningMessage(question, options, send, keep);
  return chosen === send ? 'consent' : chosen === keep ? 'decline' : undefined;
};

const ask = async (prompt: string, value = '', isSecret = false): Promise<string | undefined> => {
  const said = await vscode.window.showInputBox({ prompt, value, password: isSecret, ignoreFocusOut: true });
  return said?.trim() === '' ? undefined : said;
};
