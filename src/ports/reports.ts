/** What the files of the state root look like, whatever they hold. Paths are relative to it, with `/`. */
export interface StateFilesReading {
  readonly root: string;
  /** Whether there is one: before the first capture there is none, and nothing is wrong with that. */
  readonly exists: boolean;
  /** Files and directories that others on this machine may read or write. */
  readonly loose: readonly string[];
  /** Temporary files whose writers died: last touched longer ago than any write takes. */
  readonly stale: readonly string[];
  /** Files that we may not read or write. */
  readonly inaccessible: readonly string[];
  /** Locks that a process holds at the moment. */
  readonly busyLocks: readonly string[];
  /** Bytes that this user may still write; absent where the system does not say. */
  readonly freeBytes?: number;
  /** Name of the network file system that the root lies on, if it does. */
  readonly networkFileSystem?: string;
}

/** The state root as files. */
export interface StateFiles {
  /** Looks at everything and changes nothing. `nowMs`: milliseconds since 1970. Fails with `storage-failed`. */
  read(nowMs: number): Promise<StateFilesReading>;
  /** Makes these private to the user; returns how many are. */
  secure(paths: readonly string[]): Promise<number>;
  /** Removes these; returns how many are gone. Only ever called with what `read` found stale. */
  remove(paths: readonly string[]): Promise<number>;
  /** Whether a directory outside of the root is gone for good: it is missing, and the place where it was is there. */
  isGone(directory: string): Promise<boolean>;
}
