import * as vscode from 'vscode';
import type { Log } from 'spec-kitty-sync/ports';

/** Messages go to a channel of their own; a warning is also shown, once, to the person at the window. */
export class EditorLog implements Log, vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('spec-kitty', { log: true });
  readonly #shown = new Set<string>();

  warn(message: string): void {
    this.#channel.warn(message);
    if (this.#shown.has(message)) return;
    this.#shown.add(message);
    void vscode.window.showWarningMessage(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  debug(message: string): void {
    this.#channel.debug(message);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
