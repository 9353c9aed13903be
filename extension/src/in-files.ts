import * as vscode from 'vscode';
import { laneTitle, type BoardCard, type ReadPlan } from 'spec-kitty-sync/plans';
import { LANES, markedTasks, reachableLanes, tasksSections, type FoundTask } from 'spec-kitty-sync/domain';
import type { Plans } from './plans.js';
import type { PlanPlace } from './projects.js';

/** What planning documents offer while they are read and written: lenses, completion, boxes that can be clicked. */
export const registerInFiles = (plans: Plans): vscode.Disposable => {
  const changed = new vscode.EventEmitter<void>();
  const planOf = async ({ uri }: vscode.TextDocument): Promise<(PlanPlace & ReadPlan) | undefined> => {
    const place = plans.projects.placeOf(uri);
    const plan = place && (await plans.plan(place.project, place.feature));
    return plan && { ...plan, ...place };
  };

  const lensProvider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    /** Above the file of a work package, and above each section of `tasks.md`. */
    provideCodeLenses: async (document) => {
      const plan = await planOf(document);
      if (plan?.board === undefined) return [];
      const sections = plan.path.endsWith('/tasks.md') ? tasksSections(document.getText()) : [];
      return plan.board.cards.flatMap((card) => {
        const { workPackageId: id } = card;
        const lines = sections.flatMap((each) => (each.workPackageId === id ? [each.line - 1] : []));
        const own = plan.workPackages[id]?.path === plan.path ? [0] : [];
        return [...own, ...lines].flatMap((line) => lensesOf(plan, card, line, plans.hands !== undefined));
      });
    },
  };

  const completionProvider: vscode.CompletionItemProvider = {
    /** Ids of the feature's work packages, ids of its tasks, and lanes behind the key that takes one. */
    provideCompletionItems: async (document, position) => {
      const before = document.lineAt(position).text.slice(0, position.character);
      if (/^lane:\s*\S*$/.test(before)) return LANES.map((lane) => itemOf(lane, laneTitle(lane)));
      if (!/\b[WT][\dP]*$|^\s*-\s$|dependencies:.*$/.test(before)) return [];
      const plan = await planOf(document);
      const tasks = Object.values(plan?.workPackages ?? {}).flatMap((each) => each.tasks);
      return [
        ...(plan?.board?.cards ?? []).map(({ workPackageId, title }) => itemOf(workPackageId, title)),
        ...tasks.map(({ taskId, text }) => itemOf(taskId, text)),
      ];
    },
  };

  const linkProvider: vscode.DocumentLinkProvider = {
    /** A box with a task id is ticked by the program, so that there is an event of it; one without has no name. */
    provideDocumentLinks: (document) => {
      const place = plans.projects.placeOf(document.uri);
      if (place === undefined || plans.hands === undefined) return [];
      return markedTasks(document.getText()).map((task) => linkOf(document, place, task));
    },
  };

  return vscode.Disposable.from(
    changed,
    plans.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(MARKDOWN, lensProvider),
    vscode.languages.registerCompletionItemProvider(DOCUMENTS, completionProvider, 'W', 'T', ' '),
    vscode.languages.registerDocumentLinkProvider(TASKS, linkProvider),
  );
};

const MARKDOWN: vscode.DocumentSelector = { language: 'markdown', pattern: '**/kitty-specs/**' };
const DOCUMENTS: vscode.DocumentSelector = { pattern: '**/kitty-specs/**/*.{md,yaml}' };
const TASKS: vscode.DocumentSelector = { pattern: '**/kitty-specs/*/tasks.md' };

const lensesOf = (
  { project, feature }: PlanPlace,
  card: BoardCard,
  line: number,
  canWrite: boolean,
): readonly vscode.CodeLens[] => {
  const target = { project: project.root.toString(), feature, workPackageId: card.workPackageId };
  const range = new vscode.Range(line, 0, line, 0);
  const lens = (title: string, command: string, ...args: readonly unknown[]): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command, arguments: [target, ...args] });
  const board = lens(`${card.workPackageId}: ${laneTitle(card.lane)}`, 'specKitty.openBoard');
  if (!canWrite) return [board];
  const moves = reachableLanes(card).map((to) =>
    to === 'done'
      ? lens(vscode.l10n.t('accept'), 'specKitty.accept')
      : lens(vscode.l10n.t('move to {0}', to), 'specKitty.move', to),
  );
  const begin = card.lane === 'planned' ? [lens(vscode.l10n.t('implement'), 'specKitty.implement')] : [];
  return [board, ...begin, ...moves, lens(vscode.l10n.t('timeline'), 'specKitty.showTimeline')];
};

const linkOf = (
  document: vscode.TextDocument,
  { project, feature }: PlanPlace,
  { taskId, box: { markAt, mark, isOpen } }: FoundTask,
): vscode.DocumentLink => {
  const range = new vscode.Range(
    document.positionAt(markAt - 1),
    document.positionAt(markAt + mark.length + 1),
  );
  const target = { project: project.root.toString(), feature, taskId, isDone: !isOpen };
  const query = encodeURIComponent(JSON.stringify([target]));
  const link = new vscode.DocumentLink(range, vscode.Uri.parse(`command:specKitty.markTask?${query}`));
  const [done, open] = [vscode.l10n.t('Mark {0} as done', taskId), vscode.l10n.t('Mark {0} as open', taskId)];
  return Object.assign(link, { tooltip: isOpen ? done : open });
};

const itemOf = (label: string, detail: string): vscode.CompletionItem =>
  Object.assign(new vscode.CompletionItem(label, vscode.CompletionItemKind.Reference), { detail });
