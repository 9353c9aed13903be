import * as vscode from 'vscode';
import type { Client } from 'spec-kitty-sync';
import { statusLine } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import type { Projects } from './projects.js';

export type SyncReport = Awaited<ReturnType<Client['reports']['getSyncStatus']['run']>>;

/**
 * What is known of delivery, worked out from the records: when something is captured or decided, by whatever process, and
 * every few seconds, since what a hub says changes no file that is watched.
 */
export interface SyncState extends vscode.Disposable {
  readonly onDidChange: vscode.Event<SyncReport>;
  /** One look at a time; whoever asks meanwhile gets one that began later. Never rejects. */
  readonly look: () => Promise<void>;
  /** A client of any project: they all have the same state root. */
  readonly client: () => Promise<Client | undefined>;
}

export const syncStateOf = (clients: Clients, projects: Projects): SyncState => {
  const changed = new vscode.EventEmitter<SyncReport>();
  let bell: { close(): void } | undefined;
  let looking = Promise.resolve();
  let next: Promise<void> | undefined;
  const client = async (): Promise<Client | undefined> => projects.all[0] && clients.of(projects.all[0]);
  const lookOnce = async (): Promise<void> => {
    const any = await client();
    if (any === undefined) return;
    bell ??= await (await any.port('doorbell')).watch(() => void look());
    changed.fire(await any.reports.getSyncStatus.run());
  };
  const look = (): Promise<void> => {
    next ??= looking.then(() => {
      next = undefined;
      // The window was closed meanwhile, or the state root is not there for a moment: there is a next look.
      looking = lookOnce().catch(() => undefined);
      return looking;
    });
    return next;
  };
  const listener = projects.onDidChange(() => void look());
  const timer = setInterval(() => void look(), PERIOD_MS);
  void look();
  const dispose = (): void => {
    clearInterval(timer);
    for (const each of [listener, changed]) each.dispose();
    void looking.then(() => bell?.close());
  };
  return { onDidChange: changed.event, look, client, dispose };
};

const PERIOD_MS = 3000;

/** One item: where events go and how many wait. A click offers what can be done about it. */
export const registerStatusBar = (state: SyncState): vscode.Disposable => {
  const item = vscode.window.createStatusBarItem('specKitty.sync', vscode.StatusBarAlignment.Left, 20);
  item.name = vscode.l10n.t('spec-kitty sync');
  item.command = { command: 'workbench.action.quickOpen', title: '', arguments: ['>spec-kitty sync: '] };
  item.text = '$(sync) spec-kitty';
  item.show();
  const show = (report: SyncReport): void => {
    const { text, details, isTrouble } = statusLine(report);
    item.text = `$(${isTrouble ? 'warning' : 'sync'}) ${text}`;
    item.tooltip = details.join('\n');
    item.accessibilityInformation = { label: `spec-kitty: ${text}. ${details.join('. ')}` };
    item.backgroundColor = isTrouble ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    void vscode.commands.executeCommand('setContext', 'specKitty.signedIn', report.account !== undefined);
  };
  return vscode.Disposable.from(item, state.onDidChange(show));
};
