import * as vscode from 'vscode';
import { EditorLog } from './adapters/editor-log.js';
import { Clients } from './clients.js';
import { rootByContents } from './projects.js';
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
  const work = async (): Promise<void> => {
    const { composeWork } = await import('./work.js');
    end = composeWork(context, workbench, clients);
  };
  if (mayRun()) void work();
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
