import type { ConnectionStatus } from '../domain/delivery/connection.js';

/** What the background process last said of itself. */
export interface Heartbeat {
  /** Version of the program that runs or ran it. */
  readonly version: string;
  readonly processId: number;
  readonly startedAtMs: number;
  /** When this was written, milliseconds since 1970. */
  readonly atMs: number;
  readonly connection: ConnectionStatus;
  /** Set when it has decided to leave, with the reason. What was captured before this was written, it still delivers. */
  readonly left?: string;
  /** The last flush that ended. */
  readonly lastFlush?: {
    readonly atMs: number;
    readonly delivered: number;
    readonly ended: string;
    readonly reason?: string;
  };
  /** When everything due was last delivered, or something was: milliseconds since 1970. */
  readonly progressAtMs: number;
  /** While the hub is in trouble: when it is asked again. Nothing has to be started before. */
  readonly nextTryAtMs?: number;
}

/** The one place of the background process in a state root, and the notes that lie there. */
export interface BackgroundPost {
  /**
   * Takes the place for as long as this process lives or until it is released; `undefined` when another process has
   * it for longer than `waitMs`. The kernel gives it back however its holder ends.
   */
  occupy(waitMs: number): Promise<{ release(): void } | undefined>;
  /** Whether a process has the place now. */
  isOccupied(): boolean;
  /** What was last noted; `undefined` when nothing readable is there. Never throws. */
  heartbeat(): Promise<Heartbeat | undefined>;
  /**
   * Notes it, for the process that occupies the place. `false`, and nothing is written or made, when the state root is
   * gone or is another one by now. Fails with `storage-failed` when the disk does not take it.
   */
  beat(heartbeat: Heartbeat): Promise<boolean>;
  /** Asks the process that has the place to leave, because a program of this version wants to have it. */
  askToLeave(version: string): Promise<void>;
  /** The version that asked, if any. */
  askedToLeave(): Promise<string | undefined>;
}

/** Tells when something was captured anywhere in the state root. */
export interface Doorbell {
  /** Calls `ring` after every change; it may ring too often, and is late by half a second at most. */
  watch(ring: () => void): Promise<{ close(): void }>;
}

/** Starts the background process. */
export interface BackgroundStarter {
  /** Starts it detached and returns at once; whether it takes its place is its own business. Never throws. */
  start(): void;
}
