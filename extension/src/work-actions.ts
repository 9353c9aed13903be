import * as vscode from 'vscode';
import { laneTitle } from 'spec-kitty-sync/plans';
import type { Client } from 'spec-kitty-sync';
import { isLane, isSyncError, LANES, reachableLanes, type Lane } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import { tellFailure } from './failures.js';
import type { Target } from './projects.js';
import type { CardTarget, GivenTarget } from './targets.js';
import { placeIn } from './tree.js';
import type { Workbench } from './workbench.js';

/** What is done to one work package, and answered to whoever called the command. */
interface Work {
  readonly result: object;
  readonly outcomes: readonly { readonly outcome: string }[];
}

type Request = Awaited<ReturnType<Client['feature']>> & { readonly workPackageId: string };
type Run<W extends Work> = (work: Client['work'], request: Request, force: boolean) => Promise<W>;
/** Nothing, where a person did not say what was asked; an error, where it was refused and a person was told. */
type Answer = Promise<Work | Error | undefined>;

/**
 * What can be done to a work package. Each action asks for what it was not given, and is one use case of the package:
 * the rules, the files, the commit and the events are those of the command line.
 */
export const registerWorkActions = (clients: Clients, { plans, targets }: Workbench): vscode.Disposable => {
  /** Runs one piece of work; a refusal is shown with its reason. `force`: given by work that a person may insist on. */
  const perform = async <W extends Work>(target: Target, run: Run<W>, force?: boolean) => {
    const { project, feature, workPackageId } = target;
    try {
      await saveAll(target);
      const client = await clients.of(project);
      const request = { ...(await client.feature(feature)), workPackageId };
      const options = { location: vscode.ProgressLocation.Window, title: `spec-kitty ${workPackageId}` };
      const work = await vscode.window.withProgress(options, () => run(client.work, request, force === true));
      const late = vscode.l10n.t('Not every event was captured yet. The doctor says why and what to do.');
      if (work.outcomes.some(({ outcome }) => outcome !== 'captured'))
        void vscode.window.showWarningMessage(late);
      return work;
    } catch (error) {
      const insist = vscode.l10n.t('Move Anyway');
      const mayInsist = force === false && isSyncError(error) && error.kind === 'transition-illegal';
      void tellFailure(error, ...(mayInsist ? [insist] : [])).then((chosen) => {
        if (chosen === insist) void perform(target, run, true);
      });
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      plans.reread(project, feature);
    }
  };

  /** Where nobody says where to, a person chooses. What is not legal is refused with the reason, and may be insisted on. */
  const move = async (given?: GivenTarget, to?: unknown, reason?: unknown): Answer => {
    const target = await targets.workPackage(given);
    const lane = isLane(to) ? to : target && (await chooseLane(target));
    if (target === undefined || lane === undefined) return undefined;
    const isRework = target.card.lane === 'for_review' && lane === 'doing';
    const prompt = vscode.l10n.t('What has to change? It is written down; empty says nothing.');
    const asked = isRework && reason === undefined ? await vscode.window.showInputBox({ prompt }) : '';
    const feedback = typeof reason === 'string' ? reason : asked;
    if (feedback === undefined) return undefined;
    const said = feedback.trim() === '' ? {} : { feedback };
    const run: Run<Work> = (work, request, force) =>
      work.moveWorkPackage.run({ ...request, to: lane, force, ...said });
    return perform(target, run, false);
  };

  const implement = async (given?: GivenTarget): Answer => {
    const target = await targets.workPackage(given, ({ lane }) => lane === 'planned');
    if (target === undefined) return undefined;
    const done = await perform(target, (work, request) => work.implementWorkPackage.run(request));
    if ('result' in done) void offerWorktree(target, vscode.Uri.file(done.result.worktree));
    return done;
  };

  /** What stands in the way is listed, each with what to do, and opens where it is. */
  const accept = async (given?: GivenTarget): Answer => {
    const target = await targets.workPackage(given, ({ lane }) => lane === 'for_review');
    if (target === undefined) return undefined;
    const { workPackageId: id, project } = target;
    const done = await perform(target, (work, request) =>
      work.acceptWorkPackages.run({ ...request, workPackageIds: [id] }),
    );
    const reasons = 'result' in done ? done.result.refused.flatMap((each) => each.reasons) : [];
    const items = reasons.map((reason) => ({
      ...{ label: `$(circle-slash) ${reason.message}`, detail: reason.remedy, reason },
    }));
    if (items.length === 0) return done;
    const title = vscode.l10n.t('{0} is not accepted', id);
    void vscode.window.showQuickPick(items, { title, matchOnDetail: true }).then((chosen) => {
      const place = chosen?.reason.places[0];
      if (place !== undefined)
        void vscode.commands.executeCommand('vscode.open', ...placeIn(project, place.path, place.line));
    });
    return done;
  };

  /** A box that was clicked becomes its opposite; without one a person chooses among the tasks of a work package. */
  const markTask = async (given: GivenTarget = {}): Answer => {
    const { taskId, isDone = false } = given;
    const at = await (taskId === undefined ? targets.workPackage(given) : targets.feature(given));
    const task = taskId === undefined ? at && (await targets.task(at)) : { taskId, isDone };
    if (at === undefined || task === undefined) return undefined;
    const status = task.isDone ? 'pending' : 'done';
    return perform({ ...at, workPackageId: '' }, (work, { workPackageId: _, ...request }) =>
      work.markStatus.run({ ...request, ids: [task.taskId], status }),
    );
  };

  const addNote = async (given?: GivenTarget, said?: unknown): Answer => {
    const target = await targets.workPackage(given);
    if (target === undefined) return undefined;
    const prompt = vscode.l10n.t('Note for the Activity Log of {0}', target.workPackageId);
    const note = typeof said === 'string' ? said : ((await vscode.window.showInputBox({ prompt })) ?? '');
    if (note.trim() === '') return undefined;
    return perform(target, (work, request) => work.addHistory.run({ ...request, note }));
  };

  /** In a terminal, where a person sees and can end it. */
  const orchestrate = async (given?: GivenTarget): Promise<void> => {
    const target = await targets.feature(given);
    if (target === undefined) return;
    const { feature, project } = target;
    const program = vscode.workspace.getConfiguration('specKitty').get('commandLine', 'spec-kitty');
    const terminal = vscode.window.createTerminal({ name: `orchestrate ${feature}`, cwd: project.root });
    terminal.show();
    terminal.sendText(`${program} orchestrate --feature '${feature.replace(/'/g, `'\\''`)}'`);
  };

  const openWorktree = async (given: GivenTarget = {}): Promise<void> => {
    const target = given.worktree === undefined ? await targets.workPackage(given) : undefined;
    const worktree = given.worktree ?? (target && (await worktreeOf(clients, target)));
    if (worktree !== undefined)
      await vscode.commands.executeCommand('vscode.openFolder', worktree, { forceNewWindow: true });
    const none = vscode.l10n.t('{0} has no work tree yet.', target?.workPackageId ?? '');
    if (worktree === undefined && target !== undefined) void vscode.window.showInformationMessage(none);
  };

  /** A row that is just being drawn anew arrives as nothing; it is not what the active editor shows. */
  const command = (name: string, run: (given?: GivenTarget, ...more: unknown[]) => unknown) =>
    vscode.commands.registerCommand(name, (...given: [GivenTarget?, ...unknown[]]) => {
      const [target, ...more] = given;
      return given.length === 0 ? run() : run(target ?? { isLost: true }, ...more);
    });
  return vscode.Disposable.from(
    command('specKitty.move', move),
    command('specKitty.implement', implement),
    command('specKitty.accept', accept),
    command('specKitty.markTask', markTask),
    command('specKitty.addNote', addNote),
    command('specKitty.orchestrate', orchestrate),
    command('specKitty.openWorktree', openWorktree),
  );
};

/** Where a work package is checked out, if it is. */
export const worktreeOf = async (
  clients: Clients,
  { project, feature, workPackageId }: Target,
): Promise<vscode.Uri | undefined> => {
  const client = await clients.of(project);
  const request = { ...(await client.feature(feature)), workPackageId };
  const { worktree } = await client.work.showWorkPackage.run(request);
  return worktree === undefined ? undefined : vscode.Uri.file(worktree);
};

/** Those that are legal come first; the others say that they are not. */
const chooseLane = async ({ workPackageId, card }: CardTarget): Promise<Lane | undefined> => {
  const reachable = reachableLanes(card);
  const others = LANES.filter((lane) => lane !== card.lane && !reachable.includes(lane));
  const items = [...reachable, ...others].map((lane) => ({
    ...{ label: laneTitle(lane), lane },
    description: reachable.includes(lane) ? '' : vscode.l10n.t('not from {0}', laneTitle(card.lane)),
  }));
  const placeHolder = vscode.l10n.t('Where shall {0} go?', workPackageId);
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.lane;
};

const offerWorktree = async ({ workPackageId }: Target, worktree: vscode.Uri): Promise<void> => {
  const open = vscode.l10n.t('Open in New Window');
  const told = vscode.l10n.t('{0} is in doing. Its work tree is {1}', workPackageId, worktree.fsPath);
  if ((await vscode.window.showInformationMessage(told, open)) === open)
    await vscode.commands.executeCommand('specKitty.openWorktree', { worktree });
};

/** What a person typed and did not save would be overtaken by what the work writes. */
const saveAll = async ({ project, feature }: Target): Promise<void> => {
  const folder = `${vscode.Uri.joinPath(project.root, 'kitty-specs', feature).toString()}/`;
  for (const document of vscode.workspace.textDocuments)
    if (document.isDirty && document.uri.toString().startsWith(folder)) await document.save();
};
