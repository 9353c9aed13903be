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
  /** From the window's activation until the last of all plans had been read. */
  readonly allReadMs: number;
  /** From the change of a file to the problems of the plan that was read again, when the editor's tree is redrawn. */
  readonly fileToPlanMs: readonly number[];
}

interface Asked {
  /** A document of a feature, which gets a conflict and loses it again. */
  readonly file: string;
  /** A document with a conflict in it, of the feature that is read last. */
  readonly last: string;
}

export const measure = async ({ file, last }: Asked): Promise<Measured> => {
  const extension = vscode.extensions.getExtension<{ readonly blockedMs: number }>('spec-kitty.spec-kitty');
  const activatedMs = performance.now();
  const { blockedMs = NaN } = (await extension?.activate()) ?? {};
  await untilItHolds(() => hasProblem(vscode.Uri.file(last)));
  const allReadMs = performance.now() - activatedMs;
  const bundle = join(extension?.extensionPath ?? '', 'dist', 'extension.cjs');
  const load = createRequire(bundle);
  for (const part of Object.keys(load.cache))
    if (part.startsWith(dirname(bundle)) && !part.includes('node_modules')) delete load.cache[part];
  const before = process.cpuUsage();
  const loadingMs = performance.now();
  load(bundle);
  const loadMs = performance.now() - loadingMs;
  const { user, system } = process.cpuUsage(before);
  const loadCpuMs = (user + system) / 1000;
  const uri = vscode.Uri.file(file);
  const sound = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const write = (text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  // The editor watches some time after it was asked to; what is written earlier is never told.
  await untilItHolds(async () => {
    await write(sound + CONFLICT);
    return untilItHolds(() => hasProblem(uri), LOST_MS);
  });
  const fileToPlanMs: number[] = [];
  for (let round = 0; round < 7; round++) {
    const isSound = round % 2 === 0;
    const beganMs = performance.now();
    await write(isSound ? sound : sound + CONFLICT);
    await untilItHolds(() => hasProblem(uri) !== isSound);
    fileToPlanMs.push(performance.now() - beganMs);
  }
  const heapBytes = process.memoryUsage().heapUsed;
  return { loadMs, loadCpuMs, blockedMs, heapBytes, allReadMs, fileToPlanMs };
};

const CONFLICT = '\n<<<<<<< a\n=======\n>>>>>>> b\n';
const LOST_MS = 5000;

const hasProblem = (uri: vscode.Uri): boolean => vscode.languages.getDiagnostics(uri).length > 0;

/** Looks every few milliseconds; resolves to whether it came about in time. Whoever waits for all of this has a bound. */
const untilItHolds = async (holds: () => boolean | Promise<boolean>, mostMs = Infinity): Promise<boolean> => {
  const beganMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - beganMs > mostMs) return false;
    await new Promise((passed) => setTimeout(passed, 5));
  }
  return true;
};
