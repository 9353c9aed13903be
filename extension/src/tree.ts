import * as vscode from 'vscode';
import {
  describeFeature,
  needsPerson,
  type CardView,
  type LaneView,
  type PlannedTask,
  type ReadPlan,
} from 'spec-kitty-sync/plans';
import type { PlanAt, Plans } from './plans.js';
import type { Project, Target } from './projects.js';
import type { GivenTarget } from './targets.js';

/** A row of the tree. It is itself what its commands are about. */
type Row = vscode.TreeItem & GivenTarget & { readonly load?: () => Promise<readonly Row[]> };

/** The view of the activity bar, with the number of what needs a person on its icon. */
export const registerTree = (plans: Plans): vscode.Disposable => {
  const tree = new PlanTree(plans);
  const view = vscode.window.createTreeView('specKitty.plan', {
    treeDataProvider: tree,
    showCollapseAll: true,
    manageCheckboxStateManually: true,
  });
  return vscode.Disposable.from(
    view,
    plans.projects.onDidChange(() => tree.redraw()),
    plans.onDidChange((plan) => {
      tree.redraw(plan);
      const read = plans.all.flatMap(({ last }) => last ?? []);
      const value = read.reduce((sum, each) => sum + needsPerson(each), 0);
      const tooltip = vscode.l10n.t('{0} to review or correct', value);
      view.badge = value === 0 ? undefined : { value, tooltip };
    }),
    view.onDidChangeCheckboxState(async ({ items }) => {
      for (const [row] of items) await vscode.commands.executeCommand('specKitty.markTask', row);
      tree.redraw();
    }),
  );
};

/** Features, lanes and work packages of every project of the window. */
class PlanTree implements vscode.TreeDataProvider<Row> {
  readonly #plans: Plans;
  readonly #changed = new vscode.EventEmitter<Row[] | undefined>();
  /** Rows of features stay the same objects, so that one can be drawn again without all the others. */
  readonly #features = new Map<string, Row>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(plans: Plans) {
    this.#plans = plans;
  }

  /** Draws a feature again, or everything. */
  redraw(plan?: PlanAt): void {
    const row = plan?.last && this.#features.get(idOf(plan.project, plan.feature));
    if (plan === undefined || row === undefined) this.#changed.fire(undefined);
    else this.#changed.fire([Object.assign(row, this.#described(plan.project, plan.feature))]);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row !== undefined) return [...((await row.load?.()) ?? [])];
    const [only, another] = this.#plans.projects.all;
    if (only !== undefined && another === undefined) return this.#featuresOf(only);
    return this.#plans.projects.all.map((project) =>
      rowOf(project.root.toString(), project.name, {
        ...{ project, load: () => this.#featuresOf(project), iconPath: new vscode.ThemeIcon('repo') },
        collapsibleState: vscode.TreeItemCollapsibleState.Expanded,
      }),
    );
  }

  async #featuresOf(project: Project): Promise<Row[]> {
    const features = await this.#plans.features(project);
    return features.map((feature) => {
      const id = idOf(project, feature);
      const known =
        this.#features.get(id) ?? rowOf(id, feature, { project, feature, contextValue: 'feature' });
      this.#features.set(id, known);
      return Object.assign(known, this.#described(project, feature), {
        // What was read last is shown until it is read again: while rows are waited for, a click on one is lost.
        load: async () =>
          this.#partsOf(
            project,
            this.#plans.lastRead(project, feature) ?? (await this.#plans.plan(project, feature)),
          ),
      });
    });
  }

  /** Only what has been read says how far it is; the others are read when somebody opens them, or one after the other. */
  #described(project: Project, feature: string): Partial<Row> {
    const plan = this.#plans.lastRead(project, feature);
    return {
      collapsibleState: vscode.TreeItemCollapsibleState.Collapsed,
      iconPath: new vscode.ThemeIcon(plan?.reason === undefined ? 'package' : 'warning'),
      ...(plan === undefined ? {} : { description: describeFeature(plan), tooltip: plan.reason ?? feature }),
    };
  }

  #partsOf(project: Project, plan: ReadPlan | undefined): readonly Row[] {
    if (plan === undefined) return [];
    const { lanes } = this.#plans.view(project, plan.feature, plan);
    return [
      ...plan.findings.map(({ message, path, line = 1 }, at) =>
        rowOf(idOf(project, plan.feature, `finding ${at}`), message, {
          ...{ project, feature: plan.feature, description: `${path}:${line}`, tooltip: message },
          iconPath: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
          command: { command: 'vscode.open', title: '', arguments: placeIn(project, path, line) },
        }),
      ),
      ...(plan.board === undefined ? [] : lanes).map((lane) => this.#laneRow(project, plan, lane)),
    ];
  }

  #laneRow(project: Project, plan: ReadPlan, lane: LaneView): Row {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const { cards } = lane;
    // One that gets its first work package is another row: else it would stay closed, as it was.
    const id = idOf(project, plan.feature, cards.length === 0 ? `${lane.lane}, empty` : lane.lane);
    return rowOf(id, lane.title, {
      ...{ project, feature: plan.feature, description: `${cards.length}` },
      iconPath: new vscode.ThemeIcon(LANE_ICONS[lane.lane] ?? 'question'),
      collapsibleState: cards.length === 0 ? None : lane.lane === 'done' ? Collapsed : Expanded,
      load: () => Promise.resolve(cards.map((card) => this.#cardRow(project, plan, lane, card))),
    });
  }

  #cardRow(project: Project, { feature, workPackages }: ReadPlan, lane: LaneView, card: CardView): Row {
    const { id, title, about } = card;
    const target = { project, feature, workPackageId: id };
    const tasks = workPackages[id]?.tasks ?? [];
    return rowOf(partOf(target), `${id} ${title}`, {
      ...{ ...target, description: about, tooltip: about, contextValue: `workPackage.${lane.lane}` },
      collapsibleState: vscode.TreeItemCollapsibleState.Collapsed,
      load: async () => {
        const { hands } = this.#plans;
        const worktree = await hands?.worktree(target);
        const rows = tasks.map((task) => taskRow(target, task, hands !== undefined));
        return worktree === undefined ? rows : [worktreeRow(target, worktree), ...rows];
      },
      accessibilityInformation: { label: [id, title, lane.title, about].join(', ') },
      command: { command: 'specKitty.openFile', title: '', arguments: [target] },
    });
  }
}

const worktreeRow = (target: Target, worktree: vscode.Uri): Row =>
  rowOf(partOf(target, 'worktree'), vscode.workspace.asRelativePath(worktree), {
    ...{ ...target, worktree, contextValue: 'worktree', tooltip: worktree.fsPath },
    iconPath: new vscode.ThemeIcon('git-branch'),
  });

/** A box where it can be ticked, else a sign that says the same. */
const taskRow = (target: Target, { taskId, text, isDone }: PlannedTask, canMark: boolean): Row => {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const mark = canMark
    ? { checkboxState: isDone ? Checked : Unchecked }
    : { iconPath: new vscode.ThemeIcon(isDone ? 'pass' : 'circle-large-outline') };
  const label = text.startsWith(taskId) ? text : `${taskId} ${text}`;
  return rowOf(partOf(target, taskId), label, { ...target, taskId, isDone, ...mark });
};

/** What `vscode.open` takes: a line of a file, counted from 1. */
export const placeIn = ({ root }: Project, path: string, line = 1): unknown[] => [
  vscode.Uri.joinPath(root, path),
  { selection: new vscode.Range(line - 1, 0, line - 1, 0) },
];

const rowOf = (id: string, label: string, rest: Partial<Row>): Row =>
  Object.assign(new vscode.TreeItem(label), { id }, rest);

const idOf = (project: Project, ...parts: readonly string[]): string =>
  [project.root.toString(), ...parts].join('\n');

const partOf = ({ project, feature, workPackageId }: Target, ...part: readonly string[]): string =>
  idOf(project, feature, workPackageId, ...part);

const LANE_ICONS: Readonly<Record<string, string>> = {
  planned: 'circle-outline',
  doing: 'play-circle',
  for_review: 'eye',
  done: 'pass',
  canceled: 'circle-slash',
};
