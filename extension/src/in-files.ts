import * as vscode from 'vscode';
import { laneTitle, type BoardCard } from 'spec-kitty-sync/plans';
import { findTask, LANES, reachableLanes, tasksOf, tasksSections } from 'spec-kitty-sync/domain';
import type { Plans } from './plans.js';
import type { PlanPlace, Projects } from './projects.js';

/** What planning documents offer while they are read and written: lenses, completion, boxes that can be clicked. */
export const registerInFiles = (
  projects: Projects,
  plans: Plans,
  canWrite: () => boolean,
): vscode.Disposable => {
  const help = new InFiles(projects, plans, canWrite);
  return vscode.Disposable.from(
    help,
    vscode.languages.registerCodeLensProvider(MARKDOWN, help),
    vscode.languages.registerCompletionItemProvider(DOCUMENTS, help, 'W', 'T', ' '),
    vscode.languages.registerDocumentLinkProvider(TASKS, help),
  );
};

const MARKDOWN: vscode.DocumentSelector = { language: 'markdown', pattern: '**/kitty-specs/**' };
const DOCUMENTS: vscode.DocumentSelector = { pattern: '**/kitty-specs/**/*.{md,yaml}' };
const TASKS: vscode.DocumentSelector = { pattern: '**/kitty-specs/*/tasks.md' };

class InFiles
  implements
    vscode.CodeLensProvider,
    vscode.CompletionItemProvider,
    vscode.DocumentLinkProvider,
    vscode.Disposable
{
  readonly #projects: Projects;
  readonly #plans: Plans;
  readonly #canWrite: () => boolean;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listener: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(projects: Projects, plans: Plans, canWrite: () => boolean) {
    this.#projects = projects;
    this.#plans = plans;
    this.#canWrite = canWrite;
    this.#listener = plans.onDidChange(() => this.#changed.fire());
  }

  /** Above the file of a work package, and above each section of `tasks.md`. */
  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const place = this.#projects.placeOf(document.uri);
    const cards = place === undefined ? [] : await this.#cards(place);
    if (place === undefined || cards.length === 0) return [];
    if (/\/tasks\/[^/]+\.md$/.test(place.path)) {
      const id = /\/(WP\d{2,4})[^/]*$/.exec(place.path)?.[1];
      const card = cards.find(({ workPackageId }) => workPackageId === id);
      return card === undefined ? [] : this.#lenses(place, card, 0);
    }
    if (!place.path.endsWith('/tasks.md')) return [];
    return tasksSections(document.getText()).flatMap(({ workPackageId, line }) => {
      const card = cards.find((each) => each.workPackageId === workPackageId);
      return card === undefined ? [] : this.#lenses(place, card, line - 1);
    });
  }

  /** Ids of the feature's work packages, ids of its tasks, and lanes behind the key that takes one. */
  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const place = this.#projects.placeOf(document.uri);
    if (place === undefined) return [];
    const before = document.lineAt(position).text.slice(0, position.character);
    if (/^lane:\s*\S*$/.test(before)) return LANES.map((lane) => itemOf(lane, laneTitle(lane)));
    if (!/\b[WT][\dP]*$|^\s*-\s$|dependencies:.*$/.test(before)) return [];
    const cards = await this.#cards(place);
    const tasks = await this.#tasks(place, cards);
    return [
      ...cards.map(({ workPackageId, title }) => itemOf(workPackageId, title)),
      ...tasks.map(({ taskId, text }) => itemOf(taskId, text)),
    ];
  }

  /** A box with a task id is ticked by the program, so that there is an event of it; one without has no name. */
  async provideDocumentLinks(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
    const place = this.#projects.placeOf(document.uri);
    if (place === undefined || !this.#canWrite()) return [];
    const text = document.getText();
    const ids = new Set(text.match(/\bT\d{2,5}\b/g) ?? []);
    return [...ids].flatMap((taskId) => {
      const box = findTask(text, taskId)?.box;
      if (box === undefined) return [];
      const [from, to] = [box.markAt - 1, box.markAt + box.mark.length + 1].map((at) =>
        document.positionAt(at),
      );
      if (from === undefined || to === undefined) return [];
      const { feature, project } = place;
      const target = { project: project.root.toString(), feature, taskId, isDone: box.isOpen };
      const link = new vscode.DocumentLink(
        new vscode.Range(from, to),
        commandUri('specKitty.markTask', target),
      );
      link.tooltip = box.isOpen
        ? vscode.l10n.t('Mark {0} as done', taskId)
        : vscode.l10n.t('Mark {0} as open', taskId);
      return [link];
    });
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  async #cards({ project, feature }: PlanPlace): Promise<readonly BoardCard[]> {
    return (await this.#plans.plan(project, feature))?.board?.cards ?? [];
  }

  async #tasks(
    { project, feature }: PlanPlace,
    cards: readonly BoardCard[],
  ): Promise<readonly { readonly taskId: string; readonly text: string }[]> {
    const uri = vscode.Uri.joinPath(project.root, 'kitty-specs', feature, 'tasks.md');
    const text = await vscode.workspace.fs.readFile(uri).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => '',
    );
    return cards.flatMap(({ workPackageId }) =>
      tasksOf(text, workPackageId).boxes.flatMap(({ taskId, text: said }) =>
        taskId === undefined ? [] : [{ taskId, text: said }],
      ),
    );
  }

  #lenses({ project, feature }: PlanPlace, card: BoardCard, line: number): vscode.CodeLens[] {
    const target = { project: project.root.toString(), feature, workPackageId: card.workPackageId };
    const range = new vscode.Range(line, 0, line, 0);
    const lens = (title: string, command: string, ...args: readonly unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command, arguments: [target, ...args] });
    const board = lens(`${card.workPackageId}: ${laneTitle(card.lane)}`, 'specKitty.openBoard');
    if (!this.#canWrite()) return [board];
    const moves = reachableLanes(card).map((to) =>
      to === 'done'
        ? lens(vscode.l10n.t('accept'), 'specKitty.accept')
        : lens(vscode.l10n.t('move to {0}', to), 'specKitty.move', to),
    );
    const begin = card.lane === 'planned' ? [lens(vscode.l10n.t('implement'), 'specKitty.implement')] : [];
    return [board, ...begin, ...moves, lens(vscode.l10n.t('timeline'), 'specKitty.showTimeline')];
  }
}

const itemOf = (label: string, detail: string): vscode.CompletionItem =>
  Object.assign(new vscode.CompletionItem(label, vscode.CompletionItemKind.Reference), { detail });

const commandUri = (command: string, ...args: readonly unknown[]): vscode.Uri =>
  vscode.Uri.parse(`command:${command}?${encodeURIComponent(JSON.stringify(args))}`);
