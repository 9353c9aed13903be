import { unreachable } from '../errors.js';

/** State of the live connection, with the exact words that people and other clients see. */
export type ConnectionStatus = 'Connected' | 'Reconnecting' | 'Offline' | 'OfflineBatchMode';

/** The words for each status, wherever a person reads it in one line. */
export const CONNECTION_WORDS: Readonly<Record<ConnectionStatus, string>> = {
  Connected: 'Connected',
  Reconnecting: 'Reconnecting',
  Offline: 'Offline',
  OfflineBatchMode: 'Offline - Batch Mode',
};

/** Status and how many attempts in a row have failed since the connection was last there. */
export interface Connection {
  readonly status: ConnectionStatus;
  readonly failedAttempts: number;
}

export type ConnectionEvent =
  /** A session is open and its snapshot has arrived. */
  | 'snapshot'
  /** A session that was open is over, and nobody asked for that. */
  | 'lost'
  /** No session came about. */
  | 'attempt-failed'
  /** The hub does not accept the token. */
  | 'unauthorized'
  /** We ended it. */
  | 'closed';

export interface Transition {
  readonly connection: Connection;
  /** When to try to connect, in milliseconds from now; absent when there is nothing to try. */
  readonly attemptInMs?: number;
}

/** Before the first attempt. */
export const OFFLINE: Connection = { status: 'Offline', failedAttempts: 0 };

/** The pauses before each attempt of a series; when all have failed, only probes follow. */
export const RECONNECT_DELAYS_MS: readonly number[] = [
  500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000,
];

/** How often a hub is tried while batches alone deliver. */
export const PROBE_INTERVAL_MS = 300_000;

/** What a happening makes of the connection, and when to try next. `random` is uniform in [0, 1). */
export const advance = (connection: Connection, event: ConnectionEvent, random: number): Transition => {
  switch (event) {
    case 'snapshot':
      return { connection: { status: 'Connected', failedAttempts: 0 } };
    case 'closed':
      return { connection: OFFLINE };
    case 'unauthorized':
      return probing(connection.failedAttempts, random);
    case 'lost':
      return reconnecting(0, random);
    case 'attempt-failed':
      return afterFailedAttempt(connection, random);
    default:
      return unreachable(event);
  }
};

const afterFailedAttempt = (connection: Connection, random: number): Transition => {
  // The first attempt of all opens a series; it is not one of the ten that answer a loss.
  if (connection.status === 'Offline') return reconnecting(0, random);
  const failed = connection.failedAttempts + 1;
  return connection.status === 'OfflineBatchMode' || failed >= RECONNECT_DELAYS_MS.length
    ? probing(failed, random)
    : reconnecting(failed, random);
};

const reconnecting = (failedAttempts: number, random: number): Transition => ({
  connection: { status: 'Reconnecting', failedAttempts },
  attemptInMs: jittered(RECONNECT_DELAYS_MS[failedAttempts] ?? PROBE_INTERVAL_MS, random),
});

const probing = (failedAttempts: number, random: number): Transition => ({
  connection: { status: 'OfflineBatchMode', failedAttempts },
  attemptInMs: jittered(PROBE_INTERVAL_MS, random),
});

/** A fifth more or less, so that the clients of a hub that restarts do not come back in one moment. */
const JITTER = 0.2;

const jittered = (ms: number, random: number): number => Math.round(ms * (1 - JITTER + 2 * JITTER * random));
