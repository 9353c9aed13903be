import * as vscode from 'vscode';
import { isSyncError, messageOf } from 'spec-kitty-sync/domain';

/** What went wrong and what to do about it. */
export const describeFailure = (error: unknown): string =>
  isSyncError(error) && error.hint !== undefined ? `${error.message} ${error.hint}` : messageOf(error);

/** Shows it; resolves to the action that a person chose. */
export const tellFailure = (error: unknown, ...actions: readonly string[]): Thenable<string | undefined> =>
  vscode.window.showErrorMessage(describeFailure(error), ...actions);
