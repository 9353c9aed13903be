import * as vscode from 'vscode';
import { Boards } from './boards.js';
import { registerDiagnostics } from './diagnostics.js';
import { registerInFiles } from './in-files.js';
import { Plans, type Hands } from './plans.js';
import { Projects, type RootOf } from './projects.js';
import { targetsIn, type GivenTarget, type Targets } from './targets.js';
import { registerTree } from './tree.js';

/** Everything that only reads: tree, board, diagnostics, help in files. The same in every kind of window. */
export interface Workbench {
  readonly plans: Plans;
  readonly targets: Targets;
  /** Finds the projects and begins to read; the window waits for none of it. */
  readonly begin: () => Promise<void>;
  /** From now on work packages can be moved here. */
  readonly giveHands: (hands: Hands) => Promise<void>;
}

export const openWorkbench = (
  { extensionUri, subscriptions }: vscode.ExtensionContext,
  rootOf: RootOf,
): Workbench => {
  const projects = new Projects(rootOf);
  const plans = new Plans(projects);
  const targets = targetsIn(plans);
  const boards = new Boards(extensionUri, plans);
  const openFile = async (given?: GivenTarget): Promise<void> => {
    const target = await targets.workPackage(given);
    const uri = target && vscode.Uri.joinPath(target.project.root, target.path);
    if (uri !== undefined) await vscode.commands.executeCommand('vscode.open', uri);
  };
  const openBoard = async (given?: GivenTarget): Promise<void> => {
    const target = await targets.feature(given);
    if (target !== undefined) boards.show(target);
  };
  const command = vscode.commands.registerCommand;
  subscriptions.push(
    ...[projects, plans, boards, registerTree(plans), registerDiagnostics(plans), registerInFiles(plans)],
    command('specKitty.openBoard', openBoard),
    command('specKitty.openFile', openFile),
    command('specKitty.refresh', () => plans.refresh()),
  );
  return {
    ...{ plans, targets },
    begin: async () => {
      await projects.find();
      await vscode.commands.executeCommand('setContext', 'specKitty.active', true);
    },
    giveHands: async (hands) => {
      plans.takeHands(hands);
      await vscode.commands.executeCommand('setContext', 'specKitty.canWrite', true);
    },
  };
};
