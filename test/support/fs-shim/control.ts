import { readFileSync } from 'node:fs';

/** What the shim is told to do. Calls are numbered from 1, and only those below `root` count. */
export interface ShimControl {
  readonly root: string;
  /** The process ends at this call: before it, after it, or when half of the bytes of a write are written. */
  readonly killAt?: number;
  readonly kill?: 'before' | 'after' | 'middle';
  /** This call fails with `errno`, if it can. */
  readonly failAt?: number;
  /** From this call on every call fails that can fail with `errno`. */
  readonly failFrom?: number;
  readonly errno?: Errno;
  /** How long every sync to disk takes. */
  readonly syncMs?: number;
  /** Keeps the durability log in memory. */
  readonly log?: boolean;
  /** Appends the durability log to a file, so that it outlives the process. */
  readonly logFile?: string;
  /** Gets the number of calls when the process ends by itself. */
  readonly countFile?: string;
}

export type Errno = 'SHORT' | 'ENOSPC' | 'EIO' | 'EROFS' | 'EACCES' | 'EMFILE';

export const ERRNOS: readonly Errno[] = ['SHORT', 'ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EMFILE'];

/** One thing that happened to the disk, or that the program said about it. */
export type LogEntry =
  | { readonly op: 'begin' }
  | {
      readonly op: 'open';
      readonly fd: number;
      readonly path: string;
      readonly created: boolean;
      readonly truncated: boolean;
      readonly append: boolean;
    }
  | { readonly op: 'write'; readonly fd: number; readonly at?: number; readonly data: string }
  | { readonly op: 'truncate'; readonly fd?: number; readonly path?: string; readonly size: number }
  | { readonly op: 'sync'; readonly fd: number }
  | { readonly op: 'close'; readonly fd: number }
  | { readonly op: 'rename'; readonly from: string; readonly to: string }
  | { readonly op: 'unlink'; readonly path: string }
  | { readonly op: 'mkdir'; readonly path: string }
  /** The program acknowledged something at this moment. */
  | { readonly op: 'said'; readonly what: string };

export interface Shim {
  begin(control: ShimControl): void;
  end(): {
    readonly calls: number;
    readonly log: readonly LogEntry[];
    /** Name and place of every call. */
    readonly names: readonly string[];
    /** Files whose descriptors are still open. */
    readonly open: readonly string[];
  };
  note(entry: LogEntry): void;
}

/** The shim of this process; it has to be preloaded. */
export const shim = (): Shim => {
  const present = (globalThis as Record<symbol, unknown>)[Symbol.for('spec-kitty-sync/fs-shim')];
  if (present === undefined) throw new Error('the shim is not preloaded');
  return present as Shim;
};

/** The durability log that a process left in a file. */
export const readLog = (path: string): readonly LogEntry[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
