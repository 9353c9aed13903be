import * as vscode from 'vscode';
import { EditorLog } from './adapters/editor-log.js';
import { deliverInBackground } from './background.js';
import { Clients } from './clients.js';
import { HubNews } from './hub-news.js';
import { rootByContents } from './projects.js';
import { registerStatusBar } from './status-bar.js';
import { registerSyncActions } from './sync-actions.js';
import { SyncState } from './sync-state.js';
import { timelinePanels } from './timeline-panels.js';
import { WorkActions } from './work-actions.js';
import { Workbench } from './workbench.js';

let end: (() => Promise<void>) | undefined;

/**
 * Composes the window. What reads is there at once and waits for nothing; what works and delivers follows in a window
 * that is trusted and has files of this machine.
 */
export const activate = async (context: vscode.ExtensionContext): Promise<{ readonly blockedMs: number }> => {
  const beganMs = performance.now();
  const log = new EditorLog();
  const clients = new Clients(context, log);
  const workbench = new Workbench(context, async (folder) => {
    const root = await rootByContents(folder);
    if (root === undefined || !mayRun() || folder.scheme !== 'file') return root;
    const checkout = await (await clients.at(folder.fsPath)).findCheckout().catch(() => undefined);
    return checkout === undefined ? root : vscode.Uri.file(checkout.projectRoot);
  });
  context.subscriptions.push(log, workbench);
  const work = (): void => composeWork(context, workbench, clients);
  if (mayRun()) work();
  else {
    context.subscriptions.push(
      vscode.workspace.onDidGrantWorkspaceTrust(() => void workbench.projects.find().then(work)),
    );
  }
  const blockedMs = performance.now() - beganMs;
  await workbench.begin();
  // For whoever measures it: how long the extension host could do nothing else.
  return { blockedMs };
};

/** Ends delivery and closes what is open; at most two seconds, and nothing is lost when the host has less patience. */
export const deactivate = async (): Promise<void> => end?.();

const mayRun = (): boolean =>
  vscode.workspace.isTrusted &&
  (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme === 'file');

const composeWork = (context: vscode.ExtensionContext, workbench: Workbench, clients: Clients): void => {
  const { projects, plans, targets } = workbench;
  const state = new SyncState(clients, projects);
  const news = new HubNews(clients, projects, state);
  const actions = new WorkActions(clients, targets);
  const delivery = deliverInBackground(state);
  const timeline = timelinePanels(context.extensionUri, { clients, projects, news });
  context.subscriptions.push(
    ...[state, news, delivery, timeline, actions.register(), registerStatusBar(state)],
    registerSyncActions(clients, targets, state),
    news.onDidHear(({ project, feature }) => {
      workbench.heardOf(project, feature);
      timeline.refresh(project, feature);
    }),
    plans.onDidChange((changes) => {
      for (const { project, feature } of changes) timeline.refresh(project, feature);
    }),
    vscode.commands.registerCommand('specKitty.showTimeline', async (given) => {
      const target = await targets.workPackage(given);
      if (target !== undefined) timeline.show({ ...target, project: target.project.root.toString() });
    }),
  );
  end = async () => {
    delivery.dispose();
    await delivery.ended;
    await clients.close();
  };
  void workbench.giveHands({
    inside: (target) => actions.inside(target),
    elsewhere: (project, feature, card) => news.laneElsewhere(project, feature, card),
    markTask: (target) => actions.markTask(target),
    showTimeline: (target) => void vscode.commands.executeCommand('specKitty.showTimeline', target),
    move: async (target, to) => {
      actions.refusal = '';
      return (await actions.move(target, to)) === undefined ? actions.refusal : '';
    },
  });
};
