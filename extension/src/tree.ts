import * as vscode from 'vscode';
import {
  describeCard,
  describeFeature,
  laneTitle,
  lanesOf,
  needsPerson,
  type LaneCards,
  type BoardCard,
  type PlanFinding,
  type ReadPlan,
} from 'spec-kitty-sync/plans';
import type { WorkPackageLane } from 'spec-kitty-sync/domain';
import type { Plans } from './plans.js';
import type { Project, Projects } from './projects.js';
import type { GivenTarget } from './targets.js';

/** A row of the tree. It is itself what its commands are about. */
export type Row = vscode.TreeItem & GivenTarget & { readonly load?: () => Promise<readonly Row[]> };

/** What only a host that may run the package knows of a work package. */
export interface WorkPackageInside {
  readonly worktree?: vscode.Uri;
  readonly tasks: readonly { readonly taskId: string; readonly text: string; readonly isDone: boolean }[];
}

/** What the tree asks of whoever can do more than read. */
export interface TreeHands {
  inside(target: {
    readonly project: Project;
    readonly feature: string;
    readonly workPackageId: string;
  }): Promise<WorkPackageInside>;
  /** What another machine says of a work package, where that differs. */
  elsewhere(project: Project, feature: string, card: BoardCard): string | undefined;
}

/** Features, lanes and work packages of every project of the window. */
export class PlanTree implements vscode.TreeDataProvider<Row> {
  readonly #projects: Projects;
  readonly #plans: Plans;
  readonly #hands: () => TreeHands | undefined;
  readonly #changed = new vscode.EventEmitter<Row[] | undefined>();
  /** Rows of features stay the same objects, so that one can be drawn again without all the others. */
  readonly #features = new Map<string, Row>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(projects: Projects, plans: Plans, hands: () => TreeHands | undefined) {
    this.#projects = projects;
    this.#plans = plans;
    this.#hands = hands;
  }

  /** Draws a feature again, or everything. */
  redraw(project?: Project, feature?: string): void {
    const row = project && feature && this.#features.get(idOf(project, feature));
    if (project === undefined || feature === undefined || !row) return this.#changed.fire(undefined);
    this.#changed.fire([Object.assign(row, this.#described(project, feature))]);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row !== undefined) return [...((await row.load?.()) ?? [])];
    const [only, another] = this.#projects.all;
    if (only !== undefined && another === undefined) return this.#featuresOf(only);
    return this.#projects.all.map((project) =>
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
    const lanes = plan.board === undefined ? [] : lanesOf(plan);
    return [
      ...plan.findings.map((finding, at) => findingRow(project, plan.feature, finding, at)),
      ...lanes.map((lane) => this.#laneRow(project, plan.feature, lane)),
    ];
  }

  #laneRow(project: Project, feature: string, { lane, cards }: LaneCards): Row {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    // One that gets its first work package is another row: else it would stay closed, as it was.
    const id = idOf(project, feature, cards.length === 0 ? `${lane}, empty` : lane);
    return rowOf(id, laneTitle(lane), {
      ...{
        project,
        feature,
        description: `${cards.length}`,
        iconPath: new vscode.ThemeIcon(LANE_ICONS[lane]),
      },
      collapsibleState: cards.length === 0 ? None : lane === 'done' ? Collapsed : Expanded,
      load: () => Promise.resolve(cards.map((card) => this.#cardRow(project, feature, card))),
    });
  }

  #cardRow(project: Project, feature: string, card: BoardCard): Row {
    const { workPackageId, title, lane } = card;
    const hands = this.#hands();
    const told = hands?.elsewhere(project, feature, card);
    const description = [describeCard(card, Date.now()), told].filter(Boolean).join(' · ');
    const target = { project, feature, workPackageId };
    return rowOf(idOf(project, feature, workPackageId), `${workPackageId} ${title}`, {
      ...{ ...target, description, tooltip: description, contextValue: `workPackage.${lane}` },
      ...(hands === undefined
        ? {}
        : {
            collapsibleState: vscode.TreeItemCollapsibleState.Collapsed,
            load: async () => insideRows(target, await hands.inside(target)),
          }),
      accessibilityInformation: { label: [workPackageId, title, laneTitle(lane), description].join(', ') },
      command: { command: 'specKitty.openFile', title: '', arguments: [target] },
    });
  }
}

/** The number on the view's icon. */
export const badgeOf = (plans: readonly ReadPlan[]): vscode.ViewBadge | undefined => {
  const value = plans.reduce((sum, plan) => sum + needsPerson(plan), 0);
  return value === 0 ? undefined : { value, tooltip: vscode.l10n.t('{0} to review or correct', value) };
};

const insideRows = (
  target: Required<Pick<GivenTarget, 'feature' | 'workPackageId'>> & { readonly project: Project },
  { worktree, tasks }: WorkPackageInside,
): readonly Row[] => {
  const id = (part: string): string => idOf(target.project, target.feature, target.workPackageId, part);
  const place =
    worktree === undefined
      ? []
      : [
          rowOf(id('worktree'), vscode.workspace.asRelativePath(worktree), {
            ...{ ...target, worktree, contextValue: 'worktree', tooltip: worktree.fsPath },
            iconPath: new vscode.ThemeIcon('git-branch'),
          }),
        ];
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const boxes = tasks.map(({ taskId, text, isDone }) =>
    rowOf(id(taskId), text.startsWith(taskId) ? text : `${taskId} ${text}`, {
      ...{ ...target, taskId, isDone, checkboxState: isDone ? Checked : Unchecked },
    }),
  );
  return [...place, ...boxes];
};

const findingRow = (
  project: Project,
  feature: string,
  { message, path, line = 1 }: PlanFinding,
  at: number,
): Row =>
  rowOf(idOf(project, feature, `finding ${at}`), message, {
    ...{ project, feature, description: `${path}:${line}`, tooltip: message },
    iconPath: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
    command: {
      ...{ command: 'vscode.open', title: '' },
      arguments: [
        vscode.Uri.joinPath(project.root, path),
        { selection: new vscode.Range(line - 1, 0, line - 1, 0) },
      ],
    },
  });

const rowOf = (id: string, label: string, rest: Partial<Row>): Row =>
  Object.assign(new vscode.TreeItem(label), { id }, rest);

const idOf = (project: Project, ...parts: readonly string[]): string =>
  [project.root.toString(), ...parts].join('\n');

const LANE_ICONS: Readonly<Record<WorkPackageLane, string>> = {
  planned: 'circle-outline',
  doing: 'play-circle',
  for_review: 'eye',
  done: 'pass',
  canceled: 'circle-slash',
  uninitialized: 'question',
};
