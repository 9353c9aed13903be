import * as vscode from 'vscode';
import type { Client } from 'spec-kitty-sync';
import { endpointUrl, pagePath, waitingOf } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import { tellFailure } from './failures.js';
import { signIn } from './sign-in.js';
import type { SyncState } from './sync-state.js';
import type { GivenTarget, Targets } from './targets.js';

/** What can be done about events and accounts. Each is a use case of the package, with what it says shown. */
export const registerSyncActions = (clients: Clients, targets: Targets, state: SyncState) => {
  type Action = (client: Client, given: GivenTarget) => Promise<void>;
  const command = (name: string, run: Action): vscode.Disposable =>
    vscode.commands.registerCommand(`specKitty.${name}`, async (given?: GivenTarget) => {
      const project = await targets.project(given);
      if (project === undefined) return;
      try {
        await run(await clients.of(project), { ...targets.here(), ...given });
      } catch (error) {
        void tellFailure(error);
      }
      await state.look();
    });
  return vscode.Disposable.from(
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

const syncNow = async (client: Client): Promise<void> => {
  const { Notification: location } = vscode.ProgressLocation;
  const options = { location, title: vscode.l10n.t('Delivering…'), cancellable: true };
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
  tell(`${counts}${why}`);
};

/** The very documents that would leave, in an editor of their own. */
const preview = async (client: Client): Promise<void> => {
  const projects = await client.reports.previewDelivery.run(PREVIEWED);
  const documents = ({ events }: (typeof projects)[number]): readonly unknown[] =>
    events.map(({ json }) => JSON.parse(json) as unknown);
  const shown = projects.map((project) => ({ ...project, events: documents(project) }));
  const content = JSON.stringify(shown, undefined, 2);
  const document = await vscode.workspace.openTextDocument({ language: 'json', content });
  await vscode.window.showTextDocument(document);
};

const PREVIEWED = 100;

const signOut = async (client: Client): Promise<void> => {
  const { outcome } = await client.delivery.signOut.run();
  tell(
    outcome === 'not-signed-in'
      ? vscode.l10n.t('Nobody was signed in.')
      : vscode.l10n.t('Signed out. Events stay on this machine until somebody signs in.'),
  );
};

const share = async (client: Client, preference: 'on' | 'off'): Promise<void> => {
  const { projectUuid, projectSlug } = await client.events.ensureIdentity.run(await client.checkout());
  const [refusal] = await client.delivery.setSharing.run(projectUuid, preference);
  const refused = vscode.l10n.t('{0} is not shared: a config refuses. What waits is kept.', projectSlug);
  if (refusal !== undefined) void vscode.window.showWarningMessage(`${refused} ${refusal.path}`);
  else if (preference === 'on') tell(vscode.l10n.t('{0} is shared from this machine.', projectSlug));
  else tell(vscode.l10n.t('{0} stays on this machine; what waits is kept.', projectSlug));
};

const examine = async (client: Client): Promise<void> => {
  const { findings } = await client.reports.examineMachine.run({ fix: false });
  if (findings.length === 0) return tell(vscode.l10n.t('The doctor found no problem.'));
  const items = findings.map(({ severity, check, message, remedy }) => ({
    label: `$(${severity === 'problem' ? 'error' : severity === 'warning' ? 'warning' : 'info'}) ${check}: ${message}`,
    detail: remedy,
  }));
  const title = vscode.l10n.t('What the doctor found');
  await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
};

/** The page about what was chosen, or what the active editor shows; else that of the project. */
const openDashboard = async (client: Client, { feature, workPackageId }: GivenTarget): Promise<void> => {
  const { server } = await client.reports.getSyncStatus.run();
  if (server === undefined) return tell(vscode.l10n.t('No hub is set. Sign in first.'));
  const identity = await client.events.showIdentity.run(client.directory);
  const page = pagePath({ project: identity?.project.uuid?.value, feature, workPackage: workPackageId });
  await vscode.env.openExternal(vscode.Uri.parse(endpointUrl(server, page), true));
};

const tell = (text: string): void => void vscode.window.showInformationMessage(text);
