import * as vscode from 'vscode';
import { boardView } from 'spec-kitty-sync/plans';
import { PlanDiagnostics, type FoundAt } from './diagnostics.js';
import { registerInFiles } from './in-files.js';
import { Panels, type PanelSubject } from './panels.js';
import { Plans, type PlanChange, type ReadPlan } from './plans.js';
import { Projects, type RootOf } from './projects.js';
import { Targets, type GivenTarget } from './targets.js';
import { badgeOf, PlanTree, type Row, type TreeHands } from './tree.js';
import type { FromPage, ToPage } from './webview/protocol.js';

/** What a host adds that may run the package; a browser, or a window without trust, has none of it. */
export interface Hands extends TreeHands {
  /** Moves a work package, to where a person says when nobody else does. Resolves to why it was refused, if it was. */
  readonly move: (target: GivenTarget, to?: string) => Promise<string>;
  readonly showTimeline: (target: GivenTarget) => void;
  readonly markTask: (target: GivenTarget) => Promise<unknown>;
}

/** Everything that only reads: tree, board, diagnostics, help in files. The same in every kind of window. */
export class Workbench implements vscode.Disposable {
  readonly projects: Projects;
  readonly plans: Plans;
  readonly targets: Targets;
  readonly #tree: PlanTree;
  readonly #view: vscode.TreeView<Row>;
  readonly #diagnostics: PlanDiagnostics;
  readonly #board: Panels;
  readonly #all: vscode.Disposable;
  #hands: Hands | undefined;
  #sweep = 0;

  constructor({ extensionUri }: vscode.ExtensionContext, rootOf: RootOf) {
    this.projects = new Projects(rootOf);
    this.plans = new Plans(this.projects);
    this.targets = new Targets(this.projects, this.plans);
    this.#tree = new PlanTree(this.projects, this.plans, () => this.#hands);
    const options = {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    };
    this.#view = vscode.window.createTreeView('specKitty.plan', options);
    this.#diagnostics = new PlanDiagnostics(this.projects, this.plans);
    const content = (subject: PanelSubject): Promise<ToPage> => this.#boardOf(subject);
    const title = ({ feature }: PanelSubject): string => vscode.l10n.t('Board: {0}', feature);
    const did = (subject: PanelSubject, message: FromPage) => this.#did(subject, message);
    this.#board = new Panels({ viewType: 'specKitty.board', title, content, did }, extensionUri);
    const command = vscode.commands.registerCommand;
    this.#all = vscode.Disposable.from(
      ...[this.projects, this.plans, this.#view, this.#diagnostics, this.#board],
      registerInFiles(this.projects, this.plans, () => this.#hands !== undefined),
      vscode.languages.registerCodeActionsProvider({ pattern: '**/kitty-specs/**' }, this.#diagnostics),
      this.#view.onDidChangeCheckboxState(async ({ items }) => {
        for (const [row] of items) await this.#hands?.markTask(row);
        this.#tree.redraw();
      }),
      this.projects.onDidChange(() => this.#tree.redraw()),
      this.plans.onDidChange((changes) => this.#refresh(changes)),
      this.plans.onDidRead(({ project, feature }) =>
        this.plans.lastRead(project, feature) === undefined
          ? this.#tree.redraw()
          : this.#tree.redraw(project, feature),
      ),
      command('specKitty.openBoard', (given) => this.#openBoard(given)),
      command('specKitty.openFile', (given) => this.#openFile(given)),
      command('specKitty.refresh', () => this.plans.refresh()),
    );
  }

  /** Finds the projects and begins to read; the window waits for none of it. */
  async begin(): Promise<void> {
    await this.projects.find();
    await vscode.commands.executeCommand('setContext', 'specKitty.active', true);
  }

  /** From now on work packages can be moved here. */
  async giveHands(hands: Hands): Promise<void> {
    this.#hands = hands;
    await vscode.commands.executeCommand('setContext', 'specKitty.canWrite', true);
    this.plans.refresh();
  }

  dispose(): void {
    this.#sweep = -1;
    this.#all.dispose();
  }

  #refresh(changes: readonly PlanChange[]): void {
    for (const { project, feature } of changes) {
      if (feature === undefined) this.#tree.redraw();
      this.#board.refresh(project, feature);
    }
    void this.#readAll();
  }

  /** Reads what nobody has opened, one feature after the other, for the problems and the number on the icon. */
  async #readAll(): Promise<void> {
    const sweep = ++this.#sweep;
    const plans: ReadPlan[] = [];
    const found: FoundAt[] = [];
    for (const project of this.projects.all) {
      const features = await this.plans.features(project);
      for (const feature of features) {
        const plan = await this.plans.plan(project, feature);
        if (sweep !== this.#sweep) return;
        if (plan === undefined) continue;
        found.push(...plan.findings.map((finding) => ({ project, finding })));
        plans.push(plan);
      }
    }
    this.#diagnostics.show(found);
    this.#view.badge = badgeOf(plans);
  }

  async #openBoard(given?: GivenTarget): Promise<void> {
    const target = await this.targets.feature(given);
    if (target === undefined) return;
    this.#board.show({ project: target.project.root.toString(), feature: target.feature, workPackageId: '' });
  }

  async #openFile(given?: GivenTarget): Promise<void> {
    const target = await this.targets.workPackage(given);
    const path =
      target && this.plans.lastRead(target.project, target.feature)?.paths.get(target.workPackageId);
    if (target !== undefined && path !== undefined)
      await vscode.window.showTextDocument(vscode.Uri.joinPath(target.project.root, path), { preview: true });
  }

  async #boardOf({ project: root, feature }: PanelSubject): Promise<ToPage> {
    const project = this.projects.named(root);
    const plan = project && (await this.plans.plan(project, feature));
    const view = boardView(feature, plan, {
      nowMs: Date.now(),
      canMove: this.#hands !== undefined,
      elsewhere: (card) => project && this.#hands?.elsewhere(project, feature, card),
    });
    return { show: 'board', ...view };
  }

  /** What a person did on the board; a move answers whether it was one. */
  async #did(subject: PanelSubject, message: FromPage): Promise<ToPage | undefined> {
    if (message.did === 'began') return undefined;
    const target = { ...subject, workPackageId: message.id };
    if (message.did === 'open') await this.#openFile(target);
    else if (message.did === 'timeline') this.#hands?.showTimeline(target);
    else {
      const to = message.did === 'move' ? message.to : undefined;
      const none = vscode.l10n.t('Nothing can be moved in this window.');
      const refused = this.#hands === undefined ? none : await this.#hands.move(target, to);
      if (refused !== '') return { show: 'told', text: refused, isRefusal: true };
      if (to !== undefined)
        return { show: 'told', text: vscode.l10n.t('{0} is in {1}.', message.id, to), isRefusal: false };
    }
    return undefined;
  }
}
