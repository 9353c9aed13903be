import { lstatSync, type Stats } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, SyncError } from '../../domain/errors.js';
import { attempt, storageFailure } from './storage-failure.js';
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

  /**
   * `$SPEC_KITTY_HOME`, else `.spec-kitty` in the home directory. Refused with `state-root-unsafe` when it would depend
   * on where the command was called, which may be inside a project.
   */
  static locate(
    environment: Readonly<Record<string, string | undefined>>,
    home = homeDirectory(),
  ): StateRoot {
    const chosen = environment['SPEC_KITTY_HOME'] ?? '';
    if (chosen !== '' && !isAbsolute(chosen))
      throw unsafe(
        `SPEC_KITTY_HOME is ${JSON.stringify(chosen)}, which is no absolute path.`,
        'Set it to the whole path of a directory of your own, or unset it.',
      );
    if (chosen !== '') return new StateRoot(resolve(chosen));
    if (home !== undefined) return new StateRoot(resolve(home, '.spec-kitty'));
    throw unsafe(
      'There is no home directory in which our state could lie.',
      'Set HOME or SPEC_KITTY_HOME to the whole path of a directory of your own.',
    );
  }

  /** A path below the root. */
  file(...segments: readonly string[]): string {
    return join(this.path, ...segments);
  }

  /** Refuses an unsafe root with `state-root-unsafe`; a root that does not exist yet is safe. */
  check(): void {
    const fault = this.#fault();
    if (fault !== undefined)
      throw unsafe(
        `The state root ${this.path} ${fault}.`,
        'Take the right to write from others, or set SPEC_KITTY_HOME to a directory of your own.',
      );
  }

  /** Makes the root, private to the user, if it is missing; and checks it. */
  make(): void {
    this.check();
    try {
      makeDirectory(this.path);
    } catch (error) {
      throw storageFailure(this.path, error);
    }
    this.check();
  }

  #fault(): string | undefined {
    let stats: Stats | undefined;
    try {
      stats = lstatSync(this.path, { throwIfNoEntry: false });
    } catch (error) {
      return `cannot be used: ${messageOf(error)}`;
    }
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) return 'is a symbolic link';
    if (!stats.isDirectory()) return 'is not a directory';
    if (this.#userId === undefined) return undefined;
    if (stats.uid !== this.#userId) return 'belongs to someone else';
    return (stats.mode & OTHERS_MAY_WRITE) === 0 ? undefined : 'can be written by others';
  }
}

const unsafe = (message: string, hint: string): SyncError =>
  new SyncError('state-root-unsafe', message, { hint });

const OTHERS_MAY_WRITE = 0o022;

/**
 * The user's home: as the environment says, else as the system does, whose list may lack a user that has but a number;
 * `undefined` when neither names a whole path.
 */
export const homeDirectory = (): string | undefined =>
  [homedir, () => userInfo().homedir].map(attempt).find((path) => path !== undefined && isAbsolute(path));
