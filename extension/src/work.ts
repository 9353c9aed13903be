import * as vscode from 'vscode';
import { deliverInBackground } from './background.js';
import type { Clients } from './clients.js';
import { HubNews } from './hub-news.js';
import { registerStatusBar } from './status-bar.js';
import { registerSyncActions } from './sync-actions.js';
import { SyncState } from './sync-state.js';
import { timelinePanels } from './timeline-panels.js';
import { WorkActions } from './work-actions.js';
import type { Workbench } from './workbench.js';

/** Everything that works and delivers, in a window that is trusted and has files of this machine. Resolves to what ends it. */
export const composeWork = (
  context: vscode.ExtensionContext,
  workbench: Workbench,
  clients: Clients,
): (() => Promise<void>) => {
  const { projects, plans, targets } = workbench;
  const state = new SyncState(clients, projects);
  const news = new HubNews(clients, projects, plans, state);
  const actions = new WorkActions(clients, targets);
  const delivery = deliverInBackground(state);
  const timeline = timelinePanels(context.extensionUri, { clients, projects, news });
  context.subscriptions.push(
    ...[state, news, delivery, timeline, actions.register(), registerStatusBar(state)],
    registerSyncActions(clients, targets, state),
    plans.onDidChange((changes) => {
      for (const { project, feature } of changes) timeline.refresh(project, feature);
    }),
    vscode.commands.registerCommand('specKitty.showTimeline', async (given) => {
      const target = await targets.workPackage(given);
      if (target !== undefined) timeline.show({ ...target, project: target.project.root.toString() });
    }),
  );
  const end = async () => {
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
  return end;
};
