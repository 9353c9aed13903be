import * as vscode from 'vscode';
import { deliverInBackground } from './background.js';
import type { Clients } from './clients.js';
import { hubNewsOf } from './hub-news.js';
import { registerSyncActions } from './sync-actions.js';
import { registerStatusBar, syncStateOf } from './sync-state.js';
import { timelinesIn } from './timelines.js';
import { registerWorkActions, worktreeOf } from './work-actions.js';
import type { Workbench } from './workbench.js';

/** Everything that works and delivers, in a window that is trusted and has files of this machine. Resolves to what ends it. */
export const composeWork = (
  context: vscode.ExtensionContext,
  workbench: Workbench,
  clients: Clients,
): (() => Promise<void>) => {
  const { plans, targets } = workbench;
  const state = syncStateOf(clients, plans.projects);
  const news = hubNewsOf(clients, plans, state);
  const endDelivery = deliverInBackground(state);
  const timelines = timelinesIn(clients, plans.projects, news);
  context.subscriptions.push(
    ...[state, news, timelines, registerStatusBar(state), registerWorkActions(clients, workbench)],
    registerSyncActions(clients, targets, state),
    plans.onDidChange(() => timelines.refresh()),
    state.onDidChange(() => timelines.refresh()),
    vscode.commands.registerCommand('specKitty.showTimeline', async (given) => {
      const target = await targets.workPackage(given);
      if (target !== undefined) await timelines.show(target);
    }),
  );
  void workbench.giveHands({
    worktree: (target) => worktreeOf(clients, target),
    elsewhere: (project, feature, card) => news.laneElsewhere(project, feature, card),
  });
  return async () => {
    await endDelivery();
    await clients.close();
  };
};
