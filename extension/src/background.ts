import * as vscode from 'vscode';
import { DEFAULT_SETTINGS } from 'spec-kitty-sync/domain';
import type { SyncReport, SyncState } from './sync-state.js';

/** Delivery that goes on until it is disposed of; `ended` when nothing delivers any more. */
export interface Delivery extends vscode.Disposable {
  readonly ended: Promise<void>;
}

/**
 * Delivery from this window while somebody is signed in and no other process has the place: the command line's background
 * process, or another window, goes on as it is, and when it ends one of the windows takes over. A newer program asks
 * whoever delivers to leave, and finds the place free: this window then waits as long as such a process stays.
 */
export const deliverInBackground = (state: SyncState): Delivery => {
  const end = new AbortController();
  // Another account is another connection; without one there is nothing to deliver to.
  let stay = new AbortController();
  let began = '';
  const listener = state.onDidChange((report) => {
    if (wanted(report) !== began) stay.abort();
  });
  const deliver = async (): Promise<void> => {
    while (!end.signal.aborted) {
      began = wanted(state.latest);
      stay = new AbortController();
      const signal = AbortSignal.any([end.signal, stay.signal]);
      const client = began === '' ? undefined : await state.client();
      const background = client?.delivery.backgroundProcess;
      const left = await background?.run({ lingerMs: Infinity }, signal).catch(() => undefined);
      const isAsked = left !== undefined && left !== 'busy' && !signal.aborted;
      await pause(isAsked ? DEFAULT_SETTINGS.lingerSeconds * 1000 : LOOK_MS, signal);
    }
  };
  return {
    ended: deliver(),
    dispose: () => {
      listener.dispose();
      end.abort();
    },
  };
};

/** Whom this window would deliver for; empty when it shall not. */
const wanted = (report: SyncReport | undefined): string => {
  const isOn = vscode.workspace.getConfiguration('specKitty').get('backgroundSync', true);
  return isOn && report?.account !== undefined ? JSON.stringify(report.account) : '';
};

const LOOK_MS = 2000;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
