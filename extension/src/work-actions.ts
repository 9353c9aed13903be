import * as vscode from 'vscode';
import { laneTitle } from 'spec-kitty-sync/plans';
import type { Client } from 'spec-kitty-sync';
import { isLane, isSyncError, LANES, reachableLanes, remedyOf, type Lane } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import { describeFailure, tellFailure } from './failures.js';
import type { GivenTarget, Target, Targets } from './targets.js';
import type { WorkPackageInside } from './tree.js';

/** What is done to one work package, and answered to whoever called the command; nothing when nothing was done. */
interface Work {
  readonly result: object;
  readonly outcomes: readonly { readonly outcome: string }[];
}

type Request = Awaited<ReturnType<Client['feature']>> & { readonly workPackageId: string };
type Run<W extends Work> = (work: Client['work'], request: Request) => Promise<W>;

/**
 * What can be done to a work package. Each action asks for what it was not given, and is one use case of the package:
 * the rules, the files, the commit and the events are those of the command line.
 */
export class WorkActions {
  readonly #clients: Clients;
  readonly #targets: Targets;
  /** Why the last piece of work was refused, for a view that shows it where it was asked for. */
  refusal = '';

  constructor(clients: Clients, targets: Targets) {
    this.#clients = clients;
    this.#targets = targets;
  }

  register(): vscode.Disposable {
    const command = vscode.commands.registerCommand;
    return vscode.Disposable.from(
      command('specKitty.move', (given, to, feedback) => this.move(given, to, feedback)),
      command('specKitty.implement', (given) => this.implement(given)),
      command('specKitty.accept', (given) => this.accept(given)),
      command('specKitty.markTask', (given) => this.markTask(given)),
      command('specKitty.addNote', (given, note) => this.addNote(given, note)),
      command('specKitty.orchestrate', (given) => this.orchestrate(given)),
      command('specKitty.openWorktree', (given) => this.openWorktree(given)),
    );
  }

  /** Where nobody says where to, a person chooses. What is not legal is refused with the reason, and may be insisted on. */
  async move(given?: GivenTarget, to?: unknown, said?: unknown): Promise<Work | undefined> {
    const target = await this.#targets.workPackage(given);
    const lane = isLane(to) ? to : target && (await chooseLane(target, reachableLanes(target.card)));
    if (target === undefined || lane === undefined) return undefined;
    const isRework = target.card.lane === 'for_review' && lane === 'doing';
    const feedback = typeof said === 'string' || !isRework ? String(said ?? '') : await askFeedback();
    if (feedback === undefined) return undefined;
    const move =
      (force: boolean): Run<Work> =>
      (work, request) =>
        work.moveWorkPackage.run({
          ...request,
          to: lane,
          force,
          ...(feedback.trim() === '' ? {} : { feedback }),
        });
    return this.#perform(target, move(false), move(true));
  }

  async implement(given?: GivenTarget): Promise<Work | undefined> {
    const target = await this.#targets.workPackage(given, ({ lane }) => lane === 'planned');
    if (target === undefined) return undefined;
    const done = await this.#perform(target, (work, request) => work.implementWorkPackage.run(request));
    if (done !== undefined) void offerWorktree(target, done.result.worktree);
    return done;
  }

  /** What stands in the way is listed, each with what to do, and opens where it is. */
  async accept(given?: GivenTarget): Promise<Work | undefined> {
    const target = await this.#targets.workPackage(given, ({ lane }) => lane === 'for_review');
    if (target === undefined) return undefined;
    const { workPackageId: id, project } = target;
    const accept: Run<Awaited<ReturnType<Client['work']['acceptWorkPackages']['run']>>> = (work, request) =>
      work.acceptWorkPackages.run({ ...request, workPackageIds: [id] });
    const done = await this.#perform(target, accept);
    const items = (done?.result.refused ?? []).flatMap(({ reasons }) =>
      reasons.map((reason) => ({
        label: `$(circle-slash) ${reason.message}`,
        detail: remedyOf(id, reason),
        reason,
      })),
    );
    if (items.length === 0) return done;
    const title = vscode.l10n.t('{0} is not accepted', id);
    void vscode.window.showQuickPick(items, { title, matchOnDetail: true }).then((chosen) => {
      const { path, line = 1 } = chosen?.reason.places[0] ?? {};
      const selection = new vscode.Range(line - 1, 0, line - 1, 0);
      if (path !== undefined)
        void vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(project.root, path), {
          selection,
        });
    });
    return done;
  }

  /** A box that was clicked becomes its opposite; without one a person chooses among the tasks of a work package. */
  async markTask(given: GivenTarget = {}): Promise<Work | undefined> {
    const { taskId, isDone = false } = given;
    const at =
      taskId === undefined ? await this.#targets.workPackage(given) : await this.#targets.feature(given);
    const task = taskId === undefined ? at && (await this.#chooseTask(at as Target)) : { taskId, isDone };
    if (at === undefined || task === undefined) return undefined;
    const status = task.isDone ? 'pending' : 'done';
    return this.#perform({ ...at, workPackageId: '' }, (work, { workPackageId: _, ...request }) =>
      work.markStatus.run({ ...request, ids: [task.taskId], status }),
    );
  }

  async addNote(given?: GivenTarget, said?: unknown): Promise<Work | undefined> {
    const target = await this.#targets.workPackage(given);
    if (target === undefined) return undefined;
    const prompt = vscode.l10n.t('Note for the Activity Log of {0}', target.workPackageId);
    const note = typeof said === 'string' ? said : ((await vscode.window.showInputBox({ prompt })) ?? '');
    if (note.trim() === '') return undefined;
    return this.#perform(target, (work, request) => work.addHistory.run({ ...request, note }));
  }

  /** In a terminal, where a person sees and can end it. */
  async orchestrate(given?: GivenTarget): Promise<void> {
    const target = await this.#targets.feature(given);
    if (target === undefined) return;
    const { feature, project } = target;
    const program = vscode.workspace.getConfiguration('specKitty').get('commandLine', 'spec-kitty');
    const terminal = vscode.window.createTerminal({ name: `orchestrate ${feature}`, cwd: project.root });
    terminal.show();
    terminal.sendText(`${program} orchestrate --feature '${feature.replace(/'/g, `'\\''`)}'`);
  }

  async openWorktree(given: GivenTarget = {}): Promise<void> {
    const target = given.worktree === undefined ? await this.#targets.workPackage(given) : undefined;
    const worktree = given.worktree ?? (target && (await this.inside(target)).worktree);
    if (worktree !== undefined) await openWindow(worktree);
    else if (target !== undefined)
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0} has no work tree yet.', target.workPackageId),
      );
  }

  /** The work tree and the tasks of a work package. */
  async inside({ project, feature, workPackageId }: Target): Promise<WorkPackageInside> {
    const client = await this.#clients.of(project);
    const shown = await client.work.showWorkPackage.run({
      ...(await client.feature(feature)),
      workPackageId,
    });
    const tasks = shown.tasks.flatMap(({ taskId, ...task }) =>
      taskId === null ? [] : [{ taskId, ...task }],
    );
    return { tasks, ...(shown.worktree === null ? {} : { worktree: vscode.Uri.file(shown.worktree) }) };
  }

  /** Runs one piece of work; a refusal is shown with its reason, and with a way to insist where there is one. */
  async #perform<W extends Work>(target: Target, run: Run<W>, insist?: Run<Work>): Promise<W | undefined> {
    const { project, feature, workPackageId } = target;
    try {
      await saveAll(target);
      const client = await this.#clients.of(project);
      const request = { ...(await client.feature(feature)), workPackageId };
      const options = { location: vscode.ProgressLocation.Window, title: `spec-kitty ${workPackageId}` };
      const work = await vscode.window.withProgress(options, () => run(client.work, request));
      if (work.outcomes.some(({ outcome }) => outcome !== 'captured'))
        void vscode.window.showWarningMessage(
          vscode.l10n.t('Not every event could be captured yet. The doctor says why and what to do.'),
        );
      return work;
    } catch (error) {
      this.refusal = describeFailure(error);
      const force = vscode.l10n.t('Move Anyway');
      const mayInsist = insist !== undefined && isSyncError(error) && error.kind === 'transition-illegal';
      void tellFailure(error, ...(mayInsist ? [force] : [])).then((chosen) => {
        if (chosen === force && insist !== undefined) void this.#perform(target, insist);
      });
      return undefined;
    }
  }

  async #chooseTask(target: Target): Promise<WorkPackageInside['tasks'][number] | undefined> {
    const { tasks } = await this.inside(target);
    const icon = (isDone: boolean): string => (isDone ? '$(pass)' : '$(circle-large-outline)');
    const items = tasks.map((task) => ({ label: `${icon(task.isDone)} ${task.text}`, task }));
    const placeHolder = vscode.l10n.t(
      'Which task of {0} to mark as done, or as open again?',
      target.workPackageId,
    );
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.task;
  }
}

const chooseLane = async (
  { workPackageId, card: { lane: from } }: NonNullable<Awaited<ReturnType<Targets['workPackage']>>>,
  reachable: readonly Lane[],
): Promise<Lane | undefined> => {
  const others = LANES.filter((lane) => lane !== from && !reachable.includes(lane));
  const items = [
    ...reachable.map((lane) => ({ label: laneTitle(lane), lane })),
    ...others.map((lane) => ({
      label: laneTitle(lane),
      description: vscode.l10n.t('not from {0}', laneTitle(from)),
      lane,
    })),
  ];
  const placeHolder = vscode.l10n.t('Where shall {0} go?', workPackageId);
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.lane;
};

const askFeedback = (): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    prompt: vscode.l10n.t('What has to change? It is written into the work package; empty says nothing.'),
  });

const offerWorktree = async ({ workPackageId }: Target, worktree: string): Promise<void> => {
  const open = vscode.l10n.t('Open in New Window');
  const told = vscode.l10n.t('{0} is in doing. Its work tree is {1}', workPackageId, worktree);
  if ((await vscode.window.showInformationMessage(told, open)) === open)
    await openWindow(vscode.Uri.file(worktree));
};

const openWindow = (folder: vscode.Uri): Thenable<unknown> =>
  vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });

/** What a person typed and did not save would be overtaken by what the work writes. */
const saveAll = async ({ project, feature }: Target): Promise<void> => {
  const folder = `${vscode.Uri.joinPath(project.root, 'kitty-specs', feature).toString()}/`;
  for (const document of vscode.workspace.textDocuments)
    if (document.isDirty && document.uri.toString().startsWith(folder)) await document.save();
};
