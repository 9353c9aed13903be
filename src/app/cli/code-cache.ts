import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';

interface CodeCacheOptions {
  /** Directory of the compiled code; its parent has to exist already. `undefined`: nothing is kept. */
  readonly directory: string | undefined;
  /** Changes with every byte of the program, so that code of another build is never looked at. */
  readonly buildId: string;
}

/**
 * Loads CommonJS files of the program with V8's compiled code from an earlier run, which is most of what starting
 * costs otherwise. It is an accelerator only: a cache that is missing, rejected or cannot be written changes nothing
 * but the time. Compiled code is executed as it is, so a file that somebody else may have written is not used: neither the
 * state root nor anything in it may belong to others or be theirs to write, and none of it may have come with a repository.
 */
export class CodeCache {
  readonly #directory: string | undefined;
  readonly #prefix: string;
  #isReadable: boolean | undefined;
  readonly #loaded = new Map<string, { readonly exports: unknown }>();
  readonly #toStore: { readonly path: string; readonly script: Script }[] = [];

  constructor({ directory, buildId }: CodeCacheOptions) {
    this.#directory = directory !== undefined && isAbsolute(directory) ? directory : undefined;
    this.#prefix = `${process.version}-${process.arch}-${buildId}-`;
  }

  /** The exports of the file, which is run once. `require` is what the file gets under that name. */
  load(path: string, require: unknown): unknown {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(path, module);
    const wrapper = this.#compile(path).runInThisContext() as ModuleWrapper;
    wrapper.call(module.exports, module.exports, require, module, path, dirname(path));
    return module.exports;
  }

  /** Keeps the compiled code of what was loaded without a usable cache. Never fails; called when the process ends. */
  store(): void {
    const directory = this.#directory;
    if (directory === undefined || this.#toStore.length === 0 || !isOurs(directory)) return;
    try {
      mkdirSync(directory, { mode: 0o700, recursive: true });
      for (const { path, script } of this.#toStore) writeWhole(path, script.createCachedData());
      removeOutlived(directory, this.#toStore[0]?.path ?? directory);
    } catch {
      // Without a cache the next start takes a few milliseconds longer.
    }
  }

  #compile(path: string): Script {
    // The bundler writes ASCII, of which every byte is a character.
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'latin1')}\n})`;
    if (this.#directory === undefined) return new Script(source, { filename: path });
    const cachePath = join(this.#directory, `${this.#prefix}${basename(path)}.bin`);
    const cachedData = (this.#isReadable ??= isOurs(this.#directory)) ? readOwn(cachePath) : undefined;
    const script = new Script(
      source,
      cachedData === undefined ? { filename: path } : { filename: path, cachedData },
    );
    if (cachedData === undefined || script.cachedDataRejected === true)
      this.#toStore.push({ path: cachePath, script });
    return script;
  }
}

type ModuleWrapper = (
  this: unknown,
  exports: unknown,
  require: unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

const OTHERS_MAY_WRITE = 0o022;
const KEPT_MS = 30 * 24 * 3_600_000;

/** The bytes of a file that only this user can have written. */
const readOwn = (path: string): Buffer | undefined => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { uid, mode } = fstatSync(descriptor);
    return isOwn(uid, mode) ? readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};

/** Whether a cache directory, there or not, lies in a root that is this user's alone and no part of a repository. */
const isOurs = (directory: string): boolean => {
  const root = dirname(directory);
  try {
    const isThere = lstatSync(directory, { throwIfNoEntry: false }) !== undefined;
    return isOwnDirectory(root) && (!isThere || isOwnDirectory(directory)) && !isInRepository(root);
  } catch {
    return false;
  }
};

const isInRepository = (directory: string): boolean => {
  for (let folder = realpathSync.native(directory); ; folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return true;
    if (folder === dirname(folder)) return false;
  }
};

const isOwnDirectory = (path: string): boolean => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && isOwn(stat.uid, stat.mode);
};

const isOwn = (uid: number, mode: number): boolean =>
  process.getuid === undefined || (uid === process.getuid() && (mode & OTHERS_MAY_WRITE) === 0);

const writeWhole = (path: string, bytes: Buffer): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
};

/** Code of builds that went long before `present` was written. One that is still in use is compiled anew. */
const removeOutlived = (directory: string, present: string): void => {
  const { mtimeMs: nowMs } = lstatSync(present);
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (nowMs - lstatSync(path).mtimeMs > KEPT_MS) unlinkSync(path);
  }
};
