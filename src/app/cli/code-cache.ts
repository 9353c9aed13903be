import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';

interface CodeCacheOptions {
  /** Directory of the compiled code; its parent has to exist already. `undefined`: nothing is kept. */
  readonly directory: string | undefined;
  /** Changes with every byte of the program, so that code of another build is never looked at. */
  readonly buildId: string;
  /** The words of the command, of which the code may not have been compiled by any other. */
  readonly words: readonly string[];
}

/**
 * Loads CommonJS files of the program with V8's compiled code from earlier runs, which is most of what starting costs
 * otherwise. V8 compiles a function when it is first called, so each new command adds to what is kept. It is an
 * accelerator only: a cache that is missing, rejected or cannot be written changes nothing but the time. Compiled code
 * is executed as it is, so a file that somebody else may have written is not used: neither the state root nor anything
 * in it may belong to others or be theirs to write, and none of it may have come with a repository.
 */
export class CodeCache {
  readonly #directory: string | undefined;
  readonly #prefix: string;
  #isReadable: boolean | undefined;
  readonly #loaded = new Map<string, { readonly exports: unknown }>();
  readonly #scripts: { readonly path: string; readonly script: Script; readonly isKept: boolean }[] = [];
  readonly #command: string;

  constructor({ directory, buildId, words }: CodeCacheOptions) {
    this.#directory = directory !== undefined && isAbsolute(directory) ? directory : undefined;
    this.#prefix = `${process.version}-${process.arch}-${buildId}-`;
    // No command has more words, and what it is given rarely consists of small letters.
    this.#command = /^(?:[a-z-]+\.){0,3}/.exec(`${words.join('.')}.`)?.[0] ?? '';
  }

  /** The exports of the file, which is run once. `require` is what the file gets under that name. */
  load(path: string, require: unknown): unknown {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(path, module);
    const wrapper = this.#compile(path).runInThisContext() as (this: unknown, ...given: unknown[]) => void;
    wrapper.call(module.exports, module.exports, require, module, path, dirname(path));
    return module.exports;
  }

  /**
   * Keeps the compiled code of what was loaded without a usable cache, and of all when the command is a new one. Never
   * fails; called when the process ends. A process that is killed here does not leave all of it to the next one.
   */
  store(): void {
    const directory = this.#directory;
    if (directory === undefined) return;
    const known = join(directory, `${this.#prefix}${this.#command}known`);
    try {
      const isNew = !existsSync(known);
      const toStore = this.#scripts.filter(({ isKept }) => isNew || !isKept);
      if (toStore.length === 0 || !isOurs(directory)) return;
      mkdirSync(directory, { mode: 0o700, recursive: true });
      if (isNew) writeWhole(known, Buffer.alloc(0));
      for (const { path, script } of toStore) writeWhole(path, script.createCachedData());
      removeOutlived(directory, known);
    } catch {
      // Without a cache the next start takes a few milliseconds longer.
    }
  }

  #compile(filename: string): Script {
    // The bundler writes ASCII, of which every byte is a character.
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
    if (this.#directory === undefined) return new Script(source, { filename });
    const path = join(this.#directory, `${this.#prefix}${basename(filename)}.bin`);
    const cachedData = (this.#isReadable ??= isOurs(this.#directory)) ? readOwn(path) : undefined;
    const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
    const isKept = cachedData !== undefined && script.cachedDataRejected !== true;
    this.#scripts.push({ path, script, isKept });
    return script;
  }
}

const OTHERS_MAY_WRITE = 0o022;
const KEPT_MS = 30 * 24 * 3_600_000;

/** The bytes of a file that only this user can have written, and no link; nobody else can replace it in its directory. */
const readOwn = (path: string): Buffer | undefined => {
  try {
    return isOwn(lstatSync(path)) ? readFileSync(path) : undefined;
  } catch {
    return undefined;
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
  return stat?.isDirectory() === true && isOwn(stat);
};

const isOwn = ({ uid, mode }: Stats): boolean =>
  process.getuid === undefined || (uid === process.getuid() && (mode & OTHERS_MAY_WRITE) === 0);

const writeWhole = (path: string, bytes: Buffer): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600, flush: true });
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
