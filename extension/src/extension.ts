import * as vscode from 'vscode';
import { EditorLog } from './adapters/editor-log.js';
import { clientsIn } from './clients.js';
import { rootByContents } from './projects.js';
import { openWorkbench } from './workbench.js';

let end: (() => Promise<void>) | undefined;

/**
 * Composes the window. What reads is there at once and waits for nothing; what works and delivers follows in a window
 * that is trusted and has files of this machine.
 */
export const activate = async (context: vscode.ExtensionContext): Promise<{ readonly blockedMs: number }> => {
  const beganMs = performance.now();
  const log = new EditorLog();
  const clients = clientsIn(context, log);
  const workbench = openWorkbench(context, async (folder) => {
    const root = await rootByContents(folder);
    if (root === undefined || !mayRun() || folder.scheme !== 'file') return root;
    const checkout = await (await clients.of({ root: folder })).findCheckout().catch(() => undefined);
    return checkout === undefined ? root : vscode.Uri.file(checkout.projectRoot);
  });
  context.subscriptions.push(log);
  const work = async (): Promise<void> => {
    const { composeWork } = await import('./work.js');
    end = composeWork(context, workbench, clients);
  };
  const onTrust = (): void => void workbench.plans.projects.find().then(work);
  if (mayRun()) void work();
  else context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(onTrust));
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
