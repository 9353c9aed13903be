import * as vscode from 'vscode';
import { statusLine } from 'spec-kitty-sync/domain';
import type { SyncState } from './sync-state.js';

/** One item: where events go and how many wait. A click offers what can be done about it. */
export const registerStatusBar = (state: SyncState): vscode.Disposable => {
  const item = vscode.window.createStatusBarItem('specKitty.sync', vscode.StatusBarAlignment.Left, 20);
  item.name = vscode.l10n.t('spec-kitty sync');
  item.command = 'specKitty.syncMenu';
  item.text = '$(sync) spec-kitty';
  item.show();
  return vscode.Disposable.from(
    item,
    state.onDidChange((report) => {
      const { text, details, isTrouble } = statusLine(report);
      item.text = `$(${isTrouble ? 'warning' : 'sync'}) ${text}`;
      item.tooltip = details.join('\n');
      item.accessibilityInformation = { label: `spec-kitty: ${text}. ${details.join('. ')}` };
      item.backgroundColor = isTrouble ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    }),
  );
};
