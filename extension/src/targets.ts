import * as vscode from 'vscode';
import { laneTitle, type BoardCard, type PlannedTask } from 'spec-kitty-sync/plans';
import type { Plans } from './plans.js';
import type { Project, Target } from './projects.js';

/** A work package that is there, with its file, relative to the project root. */
export interface CardTarget extends Target {
  readonly card: BoardCard;
  readonly path: string;
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
  /** Something was meant that is not known any more. Then nothing is guessed. */
  readonly isLost?: boolean;
}

/** Finds out what is meant; what was not said, or is not there, is what the active editor shows, or what a person chooses. */
export type Targets = ReturnType<typeof targetsIn>;

export const targetsIn = (plans: Plans) => {
  const here = ({ isLost = false }: GivenTarget = {}) => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri === undefined || isLost ? undefined : plans.projects.placeOf(uri);
  };

  const project = async (given: GivenTarget = {}): Promise<Project | undefined> => {
    const { all } = plans.projects;
    const root = typeof given.project === 'object' ? given.project.root.toString() : (given.project ?? '');
    const named = plans.projects.named(root) ?? here(given)?.project;
    if (named !== undefined || all.length < 2) return named ?? all[0];
    const items = all.map((each) => ({ label: each.name, description: each.root.fsPath, each }));
    const placeHolder = vscode.l10n.t('Which project?');
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.each;
  };

  const feature = async (given: GivenTarget = {}): Promise<Target | undefined> => {
    const at = await project(given);
    if (at === undefined) return undefined;
    const features = await plans.features(at);
    const named = [given.feature, here(given)?.feature].find((name) => features.includes(name ?? ''));
    const items = features.map((label) => ({ label })).reverse();
    const placeHolder = vscode.l10n.t('Which feature?');
    const chosen =
      named ?? (items[1] ? await vscode.window.showQuickPick(items, { placeHolder }) : items[0])?.label;
    return chosen === undefined ? undefined : { project: at, feature: chosen, workPackageId: '' };
  };

  /** `may`: which work packages are offered when none is named. */
  const workPackage = async (
    given: GivenTarget = {},
    may: (card: BoardCard) => boolean = () => true,
  ): Promise<CardTarget | undefined> => {
    const at = await feature(given);
    if (at === undefined) return undefined;
    const plan = await plans.plan(at.project, at.feature);
    if (plan?.reason !== undefined) void vscode.window.showErrorMessage(plan.reason);
    if (plan?.board === undefined) return undefined;
    const { cards } = plan.board;
    const shown = here(given)?.path;
    const isShown = ({ workPackageId: id }: BoardCard) => plan.workPackages[id]?.path === shown;
    const items = cards.filter(may).map((card) => ({
      ...{ label: `${card.workPackageId} ${card.title}`, description: laneTitle(card.lane), card },
    }));
    const placeHolder = vscode.l10n.t('Which work package of {0}?', at.feature);
    const card =
      cards.find(({ workPackageId: id }) => id === given.workPackageId) ??
      cards.find(isShown) ??
      (await vscode.window.showQuickPick(items, { placeHolder }))?.card;
    if (card === undefined) return undefined;
    const { workPackageId } = card;
    return { ...at, workPackageId, card, path: plan.workPackages[workPackageId]?.path ?? '' };
  };

  const task = async (of: Target): Promise<PlannedTask | undefined> => {
    const { workPackageId } = of;
    const tasks = plans.lastRead(of.project, of.feature)?.workPackages[workPackageId]?.tasks ?? [];
    const items = tasks.map((each) => ({
      ...{ label: `$(${each.isDone ? 'pass' : 'circle-large-outline'}) ${each.text}`, each },
    }));
    const placeHolder = vscode.l10n.t('Which task of {0} to mark as done, or as open again?', workPackageId);
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.each;
  };

  return { here, project, feature, workPackage, task };
};
