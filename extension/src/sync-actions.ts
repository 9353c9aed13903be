import * as vscode from 'vscode';
import type { Client } from 'spec-kitty-sync';
import { statusLine, waitingOf } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import { tellFailure } from './failures.js';
import { signIn } from './sign-in.js';
import type { SyncState } from './sync-state.js';
import type { Targets } from './targets.js';

/** What can be done about events and accounts. Each is a use case of the package, with what it says shown. */
export const registerSyncActions = (
  clients: Clients,
  targets: Targets,
  state: SyncState,
): vscode.Disposable => {
  const command = (name: string, run: (client: Client) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`specKitty.${name}`, async (given) => {
      const project = await targets.project(given);
      if (project === undefined) return;
      try {
        await run(await clients.of(project));
      } catch (error) {
        void tellFailure(error);
      }
      await state.look();
    });
  return vscode.Disposable.from(
    command('syncMenu', () => showMenu(state)),
    command('syncNow', syncNow),
    command('previewSync', preview),
    command('signIn', signIn),
    command('signOut', signOut),
    command('shareOn', (client) => share(client, 'on')),
    command('shareOff', (client) => share(client, 'off')),
    command('doctor', examine),
    command('openDashboard', openDashboard),
  );
};

const showMenu = async (state: SyncState): Promise<void> => {
  await state.look();
  const { latest } = state;
  const isSignedIn = latest?.account !== undefined;
  const entries: readonly (readonly [label: string, command: string])[] = [
    [vscode.l10n.t('Sync now'), 'syncNow'],
    [vscode.l10n.t('Preview what leaves this machine'), 'previewSync'],
    isSignedIn ? [vscode.l10n.t('Sign out'), 'signOut'] : [vscode.l10n.t('Sign in'), 'signIn'],
    [vscode.l10n.t('Share this project'), 'shareOn'],
    [vscode.l10n.t('Keep this project on this machine'), 'shareOff'],
    [vscode.l10n.t('Examine everything (doctor)'), 'doctor'],
    [vscode.l10n.t('Open the dashboard of the hub'), 'openDashboard'],
  ];
  const items = entries.map(([label, command]) => ({ label, command }));
  const text = latest === undefined ? undefined : statusLine(latest);
  const placeHolder = text === undefined ? '' : [text.text, ...text.details].join(' — ');
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  if (chosen !== undefined) await vscode.commands.executeCommand(`specKitty.${chosen.command}`);
};

const syncNow = async (client: Client): Promise<void> => {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Delivering…'),
    cancellable: true,
  };
  const report = await vscode.window.withProgress(options, (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return client.delivery.flush.run({ isInsisted: true }, abort.signal);
  });
  const { projects } = await client.reports.getSyncStatus.run();
  const left = projects.reduce((sum, { accounting }) => sum + waitingOf(accounting), 0);
  const { delivered, duplicate, ended } = report;
  const counts = vscode.l10n.t('Delivered {0}, already there {1}, left {2}.', delivered, duplicate, left);
  const why = 'reason' in ended ? ` ${ended.reason}.` : ended.end === 'complete' ? '' : ` (${ended.end})`;
  void vscode.window.showInformationMessage(`${counts}${why}`);
};

/** The very documents that would leave, in an editor of their own. */
const preview = async (client: Client): Promise<void> => {
  const projects = await client.reports.previewDelivery.run(PREVIEWED);
  const content = JSON.stringify(
    projects.map(({ events, ...project }) => ({
      ...project,
      events: events.map(({ json }) => JSON.parse(json) as unknown),
    })),
    undefined,
    2,
  );
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: 'json', content }),
  );
};

const PREVIEWED = 100;

const signOut = async (client: Client): Promise<void> => {
  const outcome = await client.delivery.signOut.run();
  const told =
    outcome.outcome === 'not-signed-in'
      ? vscode.l10n.t('Nobody was signed in.')
      : vscode.l10n.t('Signed out. Events stay on this machine until somebody signs in.');
  void vscode.window.showInformationMessage(told);
};

const share = async (client: Client, preference: 'on' | 'off'): Promise<void> => {
  const { projectUuid, projectSlug } = await client.events.ensureIdentity.run(await client.checkout());
  await client.delivery.setSharing.run(projectUuid, preference);
  if (preference === 'on') {
    await client.delivery.sharing.forgetGone(projectUuid);
    const [refusal] = await client.delivery.sharing.refusals(projectUuid);
    if (refusal !== undefined) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          '{0} is not shared: the config of {1} refuses. What waits is kept.',
          projectSlug,
          refusal.path,
        ),
      );
      return;
    }
  }
  const told =
    preference === 'on'
      ? vscode.l10n.t('{0} is shared from this machine.', projectSlug)
      : vscode.l10n.t('{0} stays on this machine; what waits is kept.', projectSlug);
  void vscode.window.showInformationMessage(told);
};

const examine = async (client: Client): Promise<void> => {
  const { findings, fixed } = await client.reports.examineMachine.run({ fix: false });
  const items = findings.map(({ severity, check, message, remedy }) => ({
    label: `$(${severity === 'problem' ? 'error' : severity === 'warning' ? 'warning' : 'info'}) ${check}: ${message}`,
    detail: remedy,
  }));
  if (items.length === 0 && fixed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The doctor found no problem.'));
    return;
  }
  await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('What the doctor found'),
    matchOnDetail: true,
  });
};

const openDashboard = async (client: Client): Promise<void> => {
  const { server } = await client.reports.getSyncStatus.run();
  if (server === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No hub is set. Sign in first.'));
    return;
  }
  await vscode.env.openExternal(vscode.Uri.parse(server, true));
};
