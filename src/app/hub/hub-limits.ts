import type { ThrottleRule } from '../../ports/hub.js';

/** What the hub takes at most. Each limit has its own answer, so that a client knows what to make smaller. */
export const DEFAULT_HUB_LIMITS = {
  batchEvents: 1000,
  /** Bytes of a body as it travels. */
  batchCompressedBytes: 1024 * 1024,
  /** Bytes of a body after decompression. */
  batchRawBytes: 8 * 1024 * 1024,
  /** Bytes of one event; announced to clients. */
  eventBytes: 64 * 1024,
  /** Bytes of one event that is still stored: older clients know no limit, and history is never refused for its form. */
  foreignEventBytes: 128 * 1024,
  /** Values of one batch and of one event: members and items at any depth, which cost more than their bytes. */
  batchValues: 300_000,
  eventValues: 10_000,
  /** Batches of one team that wait for their turn. */
  waitingBatches: 256,
  /** Bytes of bodies that are held at once, for one team and for all. */
  heldBytesPerTeam: 128 * 1024 * 1024,
  heldBytes: 256 * 1024 * 1024,
  smallBodyBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  frameBytes: 1024 * 1024,
  socketsPerUser: 256,
  sockets: 10_000,
  pingIntervalMs: 20_000,
  /** A socket from which nothing came for so long is lost. */
  silenceMs: 60_000,
  /** Bytes of news of a team that are kept for its slowest reader; one who needs older ones catches up by cursor. */
  unreadBytes: 4 * 1024 * 1024,
  /** Events, and bytes of them, that a session may send ahead of their answers. */
  unansweredEvents: 500,
  unansweredBytes: 2 * 1024 * 1024,
  /** Frames that are no events (renewals, pings): so many at once, and then so many a second. */
  controlBurst: 100,
  controlPerSecond: 10,
  /** How often open sessions are held against the accounts. */
  membershipCheckMs: 500,
  /** Requests of one connection that are not answered yet. */
  requestsPerConnection: 256,
  /** A connection on which nothing moves for so long, although an answer waits, is ended. */
  unreadAnswerMs: 120_000,
  /** How long a stopping hub waits for requests and sockets to end. */
  drainMs: 5_000,
  /** Sign-ins at once; each costs tens of milliseconds and megabytes by intention, and one of Node's four threads. */
  signIns: 2,
  waitingSignIns: 64,
  /** Attempts to sign in that fail: ten guesses at a name, then one every half minute; more from one address. */
  attemptsByUser: { burst: 10, everyMs: 30_000 } satisfies ThrottleRule,
  attemptsByAddress: { burst: 50, everyMs: 3_000 } satisfies ThrottleRule,
  /** Devices that ask to be signed in, by address. */
  devicesByAddress: { burst: 20, everyMs: 10_000 } satisfies ThrottleRule,
  /** How often tokens are forgotten that expired long ago. */
  pruneIntervalMs: 3_600_000,
};

export type HubLimits = Readonly<typeof DEFAULT_HUB_LIMITS>;
