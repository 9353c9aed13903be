import * as vscode from 'vscode';
import type { Project } from './projects.js';
import { pageHtml } from './webview/html.js';
import { readFromPage, type FromPage, type ToPage } from './webview/protocol.js';

/** What a panel shows, remembered over a reload of the window. */
export interface PanelSubject {
  /** Root of the project, as text. */
  readonly project: string;
  readonly feature: string;
  readonly workPackageId: string;
}

/** One kind of panel. */
interface PanelKind {
  readonly viewType: string;
  readonly title: (subject: PanelSubject) => string;
  /** Everything that the page shows now. */
  readonly content: (subject: PanelSubject) => Promise<ToPage>;
  /** A person did something; what is resolved to is told in the page. */
  readonly did?: (subject: PanelSubject, message: FromPage) => Promise<ToPage | undefined>;
}

/**
 * The open panels of one kind, one for each subject. A page asks for its content when it is ready, since what is sent
 * earlier is lost; one that is hidden goes away and asks again, so that nothing of it is kept in memory.
 */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #kind: PanelKind;
  readonly #extension: vscode.Uri;
  readonly #open = new Map<string, { readonly subject: PanelSubject; readonly panel: vscode.WebviewPanel }>();
  readonly #serializer: vscode.Disposable;

  constructor(kind: PanelKind, extension: vscode.Uri) {
    this.#kind = kind;
    this.#extension = extension;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(kind.viewType, this);
  }

  show(subject: PanelSubject): void {
    const known = this.#open.get(keyOf(subject));
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const { viewType, title } = this.#kind;
    this.#adopt(
      subject,
      vscode.window.createWebviewPanel(viewType, title(subject), vscode.ViewColumn.Active),
    );
  }

  /** A panel that was open when the window closed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { subject } = state as { readonly subject?: Partial<PanelSubject> };
    const { project, feature, workPackageId = '' } = subject ?? {};
    if (project === undefined || feature === undefined) panel.dispose();
    else this.#adopt({ project, feature, workPackageId }, panel);
  }

  /** Those about a feature, or about any of the project, show what is there now. */
  refresh({ root }: Project, named?: string): void {
    for (const { subject, panel } of this.#open.values())
      if (
        panel.visible &&
        subject.project === root.toString() &&
        (named ?? subject.feature) === subject.feature
      )
        void this.#fill(subject, panel);
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const { panel } of this.#open.values()) panel.dispose();
  }

  #adopt(subject: PanelSubject, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    this.#open.set(keyOf(subject), { subject, panel });
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.#extension, 'dist')],
    };
    webview.onDidReceiveMessage(async (value: unknown) => {
      const message = readFromPage(value);
      if (message === undefined) return;
      if (message.did !== 'began') {
        const told = await this.#kind.did?.(subject, message);
        if (told !== undefined && this.#open.has(keyOf(subject))) await webview.postMessage(told);
      }
      await this.#fill(subject, panel);
    });
    panel.onDidDispose(() => this.#open.delete(keyOf(subject)));
    webview.html = pageHtml(webview, this.#extension, this.#kind.title(subject));
  }

  async #fill(subject: PanelSubject, panel: vscode.WebviewPanel): Promise<void> {
    const content = await this.#kind.content(subject);
    if (this.#open.get(keyOf(subject))?.panel === panel)
      await panel.webview.postMessage({ ...content, subject });
  }
}

const keyOf = ({ project, feature, workPackageId }: PanelSubject): string =>
  [project, feature, workPackageId].join('\n');
