import * as vscode from 'vscode';

/**
 * Runs commands of the extension one after the other, as a person would from the palette; what each of them answered. A
 * question that one of them asks is closed after a while, as by somebody who does not know the answer.
 */
export const runActions = async (
  actions: readonly (readonly [command: string, ...args: readonly unknown[]])[],
): Promise<readonly unknown[]> => {
  const extension = vscode.extensions.getExtension('spec-kitty.spec-kitty');
  await extension?.activate();
  const answers: unknown[] = [];
  for (const [command, ...args] of actions) {
    const closing = setInterval(
      () => void vscode.commands.executeCommand('workbench.action.closeQuickOpen'),
      PATIENCE_MS,
    );
    const answer = (await vscode.commands.executeCommand(command, ...args)) as
      { readonly result?: unknown } | undefined;
    clearInterval(closing);
    answers.push(answer?.result ?? null);
  }
  return answers;
};

const PATIENCE_MS = 5000;
