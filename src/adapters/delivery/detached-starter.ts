import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { BackgroundStarter } from '../../ports/delivery.js';

interface DetachedProgram {
  /** Program and leading arguments. */
  readonly command: string;
  readonly args: readonly string[];
  /** Working directory: one that no user wants to remove or unmount. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts the program so that it outlives this process and holds none of its streams. */
export class DetachedStarter implements BackgroundStarter {
  readonly #program: DetachedProgram;

  constructor(program: DetachedProgram) {
    this.#program = program;
  }

  start(): void {
    const { command, args, directory, environment } = this.#program;
    if (!existsSync(directory)) return;
    try {
      const child = spawn(command, args, {
        cwd: directory,
        env: environment,
        detached: true,
        stdio: 'ignore',
        windowsHide: true,
      });
      // It is an accelerator, never a requirement: the next command, or `sync now`, delivers as well.
      child.on('error', () => undefined);
      child.unref();
    } catch {
      // As above.
    }
  }
}
