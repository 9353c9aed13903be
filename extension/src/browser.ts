import type { ExtensionContext } from 'vscode';
import { rootByContents } from './projects.js';
import { Workbench } from './workbench.js';

/** A window without Node: plans are read through the package's pure reader, and nothing can be moved. */
export const activate = async (context: ExtensionContext): Promise<void> => {
  const workbench = new Workbench(context, rootByContents);
  context.subscriptions.push(workbench);
  await workbench.begin();
};
