import { spawn } from 'node:child_process';
import { readFile, unlink } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import type { BackgroundPost, BackgroundStarter, Heartbeat } from '../../ports/delivery.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { onStorage } from '../fs/storage-failure.js';
import { makeDirectory } from '../fs/make-directory.js';
import { lockFile, tryLockFile, type HeldLock } from '../fs/process-lock.js';
import { parseLine, sealLine } from '../fs/sealed-log.js';
import type { StateRoot } from '../fs/state-root.js';

/** The place of the background process: a kernel lock, and two small files in `sync/`. */
export class FileBackgroundPost implements BackgroundPost {
  readonly #root: StateRoot;
  readonly #lock: string;
  readonly #heartbeat: string;
  readonly #request: string;
  /** Which file the lock was taken on: another one at the same path belongs to another state root. */
  #occupied: bigint | undefined;

  constructor(root: StateRoot) {
    this.#root = root;
    this.#lock = root.file('locks', 'background');
    this.#heartbeat = root.file('sync', 'heartbeat.json');
    this.#request = root.file('sync', 'leave.json');
  }

  async occupy(waitMs: number): Promise<HeldLock | undefined> {
    return onStorage(this.#lock, async () => {
      const lock = await lockFile(this.#lock, waitMs);
      if (lock === undefined) return undefined;
      this.#occupied = inodeOf(this.#lock);
      // A request that was meant for the one before is none for us.
      await unlink(this.#request).catch(() => undefined);
      return lock;
    });
  }

  isOccupied(): boolean {
    if (!existsSync(this.#lock)) return false;
    const lock = tryLockFile(this.#lock);
    lock?.release();
    return lock === undefined;
  }

  async heartbeat(): Promise<Heartbeat | undefined> {
    return (await this.#read(this.#heartbeat)) as Heartbeat | undefined;
  }

  async beat(heartbeat: Heartbeat): Promise<boolean> {
    if (this.#occupied === undefined || inodeOf(this.#lock) !== this.#occupied) return false;
    await this.#write(this.#heartbeat, heartbeat);
    return true;
  }

  async askToLeave(version: string): Promise<void> {
    await this.#write(this.#request, { version });
  }

  async askedToLeave(): Promise<string | undefined> {
    const version = (await this.#read(this.#request))?.['version'];
    return typeof version === 'string' ? version : undefined;
  }

  async #write(path: string, content: object): Promise<void> {
    await onStorage(path, async () => {
      makeDirectory(this.#root.file('sync'));
      await writeFileAtomic(path, `${sealLine(JSON.stringify(content))}\n`, { mode: 0o600, durable: false });
    });
  }

  /** Notes are only ever hints: one that cannot be read is as good as none. */
  async #read(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const bytes = await readFile(path);
      return parseLine(bytes.subarray(0, bytes.length - 1));
    } catch {
      return undefined;
    }
  }
}

const inodeOf = (path: string): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;

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
