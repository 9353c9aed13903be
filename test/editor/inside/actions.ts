import * as vscode from 'vscode';

/** Runs commands of the extension one after the other, as a person would from the palette; what each of them answered. */
export const runActions = async (
  actions: readonly (readonly [command: string, ...args: readonly unknown[]])[],
): Promise<readonly unknown[]> => {
  const extension = vscode.extensions.getExtension('spec-kitty.spec-kitty');
  await extension?.activate();
  const answers: unknown[] = [];
  for (const [command, ...args] of actions) {
    const answer = (await vscode.commands.executeCommand(command, ...args)) as
      { readonly result?: unknown } | undefined;
    answers.push(answer?.result ?? null);
  }
  return answers;
};
