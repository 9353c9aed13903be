import { lstatSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { makeDirectory } from './make-directory.js';

/**
 * The per-user directory of all our state. Nothing is made until something has to be written, and nothing is read or
 * written below a root that is a link, belongs to someone else, or can be written by others.
 */
export class StateRoot {
  readonly path: string;
  readonly #userId: number | undefined;

  /** `userId`: whose directory it has to be; Windows has no such ids, its home directories are private by other rules. */
  constructor(path: string, { userId = process.getuid?.() }: { readonly userId?: number | undefined } = {}) {
    this.path = path;
    this.#userId = userId;
  }

  /** `$SPEC_KITTY_HOME`, else `.spec-kitty` in the home directory. */
  static locate(
    environment: Readonly<Record<string, string | undefined>>,
    homeDirectory = homedir(),
  ): StateRoot {
    const chosen = environment['SPEC_KITTY_HOME'];
    return new StateRoot(
      resolve(chosen === undefined || chosen === '' ? join(homeDirectory, '.spec-kitty') : chosen),
    );
  }

  /** A path below the root. */
  file(...segments: readonly string[]): string {
    return join(this.path, ...segments);
  }

  /** Refuses an unsafe root with `state-root-unsafe`; a root that does not exist yet is safe. */
  check(): void {
    const stats = lstatSync(this.path, { throwIfNoEntry: false });
    const fault = stats === undefined ? undefined : this.#faultOf(stats);
    if (fault === undefined) return;
    throw new SyncError('state-root-unsafe', `The state root ${this.path} ${fault}.`, {
      hint: 'Take the right to write from others, or set SPEC_KITTY_HOME to a directory of your own.',
    });
  }

  /** Makes the root, private to the user, if it is missing; and checks it. */
  make(): void {
    this.check();
    makeDirectory(this.path);
    this.check();
  }

  #faultOf(stats: Stats): string | undefined {
    if (stats.isSymbolicLink()) return 'is a symbolic link';
    if (!stats.isDirectory()) return 'is not a directory';
    if (this.#userId === undefined) return undefined;
    if (stats.uid !== this.#userId) return 'belongs to someone else';
    return (stats.mode & OTHERS_MAY_WRITE) === 0 ? undefined : 'can be written by others';
  }
}

const OTHERS_MAY_WRITE = 0o022;
