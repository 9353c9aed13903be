import type { ExtensionContext } from 'vscode';
import { rootByContents } from './projects.js';
import { openWorkbench } from './workbench.js';

/** A window without Node: plans are read through the package's pure reader, and nothing can be moved. */
export const activate = async (context: ExtensionContext): Promise<void> => {
  await openWorkbench(context, rootByContents).begin();
};
