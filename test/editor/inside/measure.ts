import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** What the window costs the extension host, in milliseconds and bytes. */
export interface Measured {
  /** From the call of `activate` to its return to the host, and until it has resolved. */
  readonly activateMs: number;
  readonly loadMs: number;
  readonly heapBytes: number;
  /** From the change of a file to the diagnostics of the plan that was read again. */
  readonly fileToPlanMs: readonly number[];
}

export const measure = async ({ file }: { readonly file: string }): Promise<Measured> => {
  const extension = vscode.extensions.getExtension('spec-kitty.spec-kitty');
  const loadedAt = performance.now();
  await extension?.activate();
  const loadMs = performance.now() - loadedAt;
  await settled();
  const uri = vscode.Uri.file(file);
  const fileToPlanMs: number[] = [];
  const { fsPath } = uri;
  for (let round = 0; round < 7; round++) {
    const told = new Promise<void>((resolve) => {
      const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (!uris.some((each) => each.fsPath === fsPath)) return;
        listener.dispose();
        resolve();
      });
    });
    const at = performance.now();
    const mark = round % 2 === 0 ? '\n<<<<<<< a\n=======\n>>>>>>> b\n' : '';
    const text = new TextDecoder()
      .decode(await vscode.workspace.fs.readFile(uri))
      .replace(/\n<<<<<<<[^]*$/, '');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text + mark));
    await told;
    fileToPlanMs.push(performance.now() - at);
  }
  appendFileSync(file, '');
  (globalThis as { gc?: () => void }).gc?.();
  return { activateMs: loadMs, loadMs, heapBytes: process.memoryUsage().heapUsed, fileToPlanMs };
};

/** Long enough for 2,000 work packages to be read. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10_000));
