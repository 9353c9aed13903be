import * as vscode from 'vscode';
import type { SyncState } from './sync-state.js';

/**
 * Delivery from this window while somebody is signed in and no other process has the place: the command line's background
 * process, or another window, goes on as it is, and when it ends one of the windows takes over. Returns what ends it.
 */
export const deliverInBackground = (state: SyncState): (() => Promise<void>) => {
  let account = '';
  let stay = new AbortController();
  let ended: Promise<unknown> = Promise.resolve();
  const listener = state.onDidChange((report) => {
    const isOn = vscode.workspace.getConfiguration('specKitty').get('backgroundSync', true);
    const wanted = isOn && report.account !== undefined ? JSON.stringify(report.account) : '';
    if (wanted === account) return;
    account = wanted;
    // Another account is another connection; without one there is nothing to deliver to.
    stay.abort();
    stay = new AbortController();
    const { signal } = stay;
    if (wanted !== '')
      ended = ended.then(async () => (await state.client())?.delivery.backgroundProcess.runBeside(signal));
  });
  return async () => {
    listener.dispose();
    stay.abort();
    await ended;
  };
};
