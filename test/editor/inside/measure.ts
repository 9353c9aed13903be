import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';

/** What the extension costs the extension host. */
export interface Measured {
  /** Loading the bundle anew, and what `activate` does before it waits for the first time. */
  readonly loadMs: number;
  /** Of that, what the process worked; of use where others have the machine as well. */
  readonly loadCpuMs: number;
  readonly blockedMs: number;
  /** Of the whole extension host, with every plan read. */
  readonly heapBytes: number;
  /** From the change of a file to the problems of the plan that was read again. */
  readonly fileToPlanMs: readonly number[];
}

/** `file`: a document of a feature, which gets a conflict and loses it again. */
export const measure = async ({ file }: { readonly file: string }): Promise<Measured> => {
  const extension = vscode.extensions.getExtension<{ readonly blockedMs: number }>('spec-kitty.spec-kitty');
  const { blockedMs = NaN } = (await extension?.activate()) ?? {};
  const bundle = join(extension?.extensionPath ?? '', 'dist', 'extension.cjs');
  const load = createRequire(bundle);
  for (const part of Object.keys(load.cache))
    if (part.startsWith(dirname(bundle)) && !part.includes('node_modules')) delete load.cache[part];
  const before = process.cpuUsage();
  const beganMs = performance.now();
  load(bundle);
  const loadMs = performance.now() - beganMs;
  const { user, system } = process.cpuUsage(before);
  const loadCpuMs = (user + system) / 1000;
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
  return { loadMs, loadCpuMs, blockedMs, heapBytes: process.memoryUsage().heapUsed, fileToPlanMs };
};

/** Long enough for 2,000 work packages to be read. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10_000));
