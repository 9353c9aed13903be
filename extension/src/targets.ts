import * as vscode from 'vscode';
import { laneTitle, type BoardCard } from 'spec-kitty-sync/plans';
import type { Plans } from './plans.js';
import type { Project, Projects } from './projects.js';

/** What an action is about. */
export interface Target {
  readonly project: Project;
  readonly feature: string;
  readonly workPackageId: string;
}

/** What a command may be given: by a row of the tree, a lens, a link, a page. The palette gives nothing. */
export interface GivenTarget {
  /** The project, or its root as text. */
  readonly project?: Project | string;
  readonly feature?: string;
  readonly workPackageId?: string;
  readonly taskId?: string;
  readonly isDone?: boolean;
  readonly worktree?: vscode.Uri;
}

/** Finds out what is meant; what was not said, or is not there, is what the active editor shows, or what a person chooses. */
export class Targets {
  readonly #projects: Projects;
  readonly #plans: Plans;

  constructor(projects: Projects, plans: Plans) {
    this.#projects = projects;
    this.#plans = plans;
  }

  async project({ project }: GivenTarget = {}): Promise<Project | undefined> {
    const root = typeof project === 'object' ? project.root.toString() : project;
    const { all } = this.#projects;
    const named = all.find((each) => each.root.toString() === root) ?? this.#here()?.project;
    if (named !== undefined || all.length < 2) return named ?? all[0];
    const items = all.map((each) => ({ label: each.name, description: each.root.fsPath, each }));
    return (await choose(items, vscode.l10n.t('Which project?')))?.each;
  }

  async feature(given: GivenTarget = {}): Promise<Omit<Target, 'workPackageId'> | undefined> {
    const project = await this.project(given);
    if (project === undefined) return undefined;
    const features = await this.#plans.features(project);
    const named = [given.feature, this.#here()?.feature].find((name) => features.includes(name ?? ''));
    if (named !== undefined || features.length < 2) {
      const feature = named ?? features[0];
      return feature === undefined ? undefined : { project, feature };
    }
    const items = features.map((label) => ({ label })).reverse();
    const chosen = await choose(items, vscode.l10n.t('Which feature?'));
    return chosen === undefined ? undefined : { project, feature: chosen.label };
  }

  /** `may`: which work packages are offered when none is named. */
  async workPackage(
    given: GivenTarget = {},
    may: (card: BoardCard) => boolean = () => true,
  ): Promise<(Target & { readonly card: BoardCard }) | undefined> {
    const at = await this.feature(given);
    const plan = at && (await this.#plans.plan(at.project, at.feature));
    if (at === undefined || plan?.board === undefined) {
      if (plan?.reason !== undefined) void vscode.window.showErrorMessage(plan.reason);
      return undefined;
    }
    const here = this.#here();
    const isHere = (id: string): boolean => here?.feature === at.feature && plan.paths.get(id) === here.path;
    const { cards } = plan.board;
    const named =
      cards.find(({ workPackageId: id }) => id === given.workPackageId) ??
      cards.find(({ workPackageId: id }) => isHere(id));
    if (named !== undefined) return { ...at, workPackageId: named.workPackageId, card: named };
    const items = cards.filter(may).map((card) => ({
      ...{ label: `${card.workPackageId} ${card.title}`, description: laneTitle(card.lane), card },
    }));
    const chosen = await choose(items, vscode.l10n.t('Which work package of {0}?', at.feature));
    return chosen === undefined
      ? undefined
      : { ...at, workPackageId: chosen.card.workPackageId, card: chosen.card };
  }

  #here() {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri === undefined ? undefined : this.#projects.placeOf(uri);
  }
}

const choose = <T extends vscode.QuickPickItem>(
  items: readonly T[],
  placeHolder: string,
): Thenable<T | undefined> => vscode.window.showQuickPick(items, { placeHolder });
