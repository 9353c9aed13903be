/** State of the live connection, with the exact words that people and other clients see. */
export type ConnectionStatus = 'Connected' | 'Reconnecting' | 'Offline' | 'OfflineBatchMode';

/** The words for each status, wherever a person reads it in one line. */
export const CONNECTION_WORDS: Readonly<Record<ConnectionStatus, string>> = {
  Connected: 'Connected',
  Reconnecting: 'Reconnecting',
  Offline: 'Offline',
  OfflineBatchMode: 'Offline - Batch Mode',
};

/** How a session, or the attempt to open one, ended. */
export type ConnectionEnd =
  /** A session that was open is over, and nobody asked for that. */
  | 'lost'
  /** No session came about. */
  | 'attempt-failed'
  /** The hub does not accept the token. */
  | 'unauthorized';

/** The pauses before each attempt of a series; when all have failed, only probes follow. */
export const RECONNECT_DELAYS_MS: readonly number[] = [
  500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000,
];

/** How often a hub is tried while batches alone deliver. */
export const PROBE_INTERVAL_MS = 300_000;

/** Failed attempts before the first one of all, which opens a series: it is not one of the ten that answer a loss. */
export const NOT_TRIED = -1;

/** How many attempts in a row have failed since the connection was last there. A refused token has used all of them up. */
export const failedAttempts = (before: number, end: ConnectionEnd): number => {
  if (end === 'lost') return 0;
  return end === 'unauthorized' ? Math.max(before, RECONNECT_DELAYS_MS.length) : before + 1;
};

/** The status between two attempts. */
export const statusAfter = (failed: number): ConnectionStatus =>
  failed < RECONNECT_DELAYS_MS.length ? 'Reconnecting' : 'OfflineBatchMode';

/**
 * How long to wait before the next attempt, in milliseconds: a fifth more or less than the table has, so that the clients
 * of a hub that restarts do not come back in one moment. `random` is uniform in [0, 1).
 */
export const pauseAfterMs = (failed: number, random: number): number =>
  Math.round((RECONNECT_DELAYS_MS[failed] ?? PROBE_INTERVAL_MS) * (0.8 + 0.4 * random));
