import * as vscode from 'vscode';
import { describeFailure } from './failures.js';
import type { PlanAt, Plans } from './plans.js';
import type { Target } from './projects.js';
import { readFromPage, type ToPage } from './webview/protocol.js';

interface Board {
  readonly panel: vscode.WebviewPanel;
  /** Root of the project, as text, and the feature: what is remembered over a reload of the window. */
  readonly project: string;
  readonly feature: string;
  /** What the page shows now. */
  shown: string;
}

/**
 * The open boards, one for each feature. A page asks for its content when it is ready, since what is sent earlier is
 * lost; one that is hidden goes away and asks again, so that nothing of it is kept in memory.
 */
export class Boards implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #extension: vscode.Uri;
  readonly #plans: Plans;
  readonly #open = new Set<Board>();
  readonly #listener: vscode.Disposable;

  constructor(extension: vscode.Uri, plans: Plans) {
    this.#extension = extension;
    this.#plans = plans;
    this.#listener = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      plans.onDidChange((plan) => this.#refresh(plan)),
    );
  }

  show({ project: { root }, feature }: Target): void {
    const project = root.toString();
    for (const open of this.#open)
      if (open.project === project && open.feature === feature) return open.panel.reveal();
    const title = vscode.l10n.t('Board: {0}', feature);
    const { Active } = vscode.ViewColumn;
    this.#adopt(vscode.window.createWebviewPanel(VIEW_TYPE, title, Active), project, feature);
  }

  /** A panel that was open when the window closed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { project, feature } = (state ?? {}) as Partial<Board>;
    if (project === undefined || feature === undefined) panel.dispose();
    else this.#adopt(panel, project, feature);
  }

  dispose(): void {
    this.#listener.dispose();
    for (const { panel } of this.#open) panel.dispose();
  }

  #refresh({ project, feature }: PlanAt): void {
    for (const board of this.#open)
      if (board.panel.visible && board.project === project.root.toString() && board.feature === feature)
        void this.#fill(board);
  }

  #adopt(panel: vscode.WebviewPanel, project: string, feature: string): void {
    const { webview } = panel;
    const board = { panel, project, feature, shown: '' };
    this.#open.add(board);
    panel.onDidDispose(() => this.#open.delete(board));
    const dist = vscode.Uri.joinPath(this.#extension, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage(async (value: unknown) => {
      const message = readFromPage(value);
      if (message === undefined) return;
      if (message.did === 'began') board.shown = '';
      else {
        const { did, id, to } = message;
        const target = { project, feature, workPackageId: id };
        const answer: unknown = await vscode.commands.executeCommand(`specKitty.${did}`, target, to);
        if (answer instanceof Error)
          await this.#post(board, { show: 'refusal', text: describeFailure(answer) });
      }
      await this.#fill(board);
    });
    webview.html = pageHtml(webview, dist);
  }

  async #fill(board: Board): Promise<void> {
    const { project: root, feature } = board;
    const project = this.#plans.projects.named(root);
    const plan = project && (await this.#plans.plan(project, feature));
    const view = this.#plans.view(project, feature, plan);
    const shown = JSON.stringify(view);
    if (shown === board.shown) return;
    board.shown = shown;
    await this.#post(board, { show: 'board', project: root, feature, view });
  }

  async #post(board: Board, content: ToPage): Promise<void> {
    if (this.#open.has(board)) await board.panel.webview.postMessage(content);
  }
}

const VIEW_TYPE = 'specKitty.board';

/** The empty page: nothing but our own script and style may run, load or be asked for. What it shows comes by message. */
const pageHtml = (webview: vscode.Webview, dist: vscode.Uri): string => {
  const random = crypto.getRandomValues(new Uint8Array(16));
  const nonce = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const place = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" nonce="${nonce}" href="${place('page.css')}">
</head>
<body>
<div role="status" aria-live="polite"></div>
<main></main>
<script nonce="${nonce}" src="${place('page.js')}"></script>
</body>
</html>`;
};
