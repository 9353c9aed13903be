import type { ThrottleRule } from '../../ports/hub.js';

/** What the hub takes at most. Each limit has its own answer, so that a client knows what to make smaller. */
export interface HubLimits {
  readonly batchEvents: number;
  /** Bytes of a body as it travels. */
  readonly batchCompressedBytes: number;
  /** Bytes of a body after decompression. */
  readonly batchRawBytes: number;
  /** Bytes of one event; announced to clients. */
  readonly eventBytes: number;
  /** Bytes of one event that is still stored: older clients know no limit, and history is never refused for its form. */
  readonly foreignEventBytes: number;
  /** Values of one batch and of one event: members and items at any depth, which cost more than their bytes. */
  readonly batchValues: number;
  readonly eventValues: number;
  /** Batches of one team that wait for their turn. */
  readonly waitingBatches: number;
  /** Bytes of bodies that are held at once, for one team and for all. */
  readonly heldBytesPerTeam: number;
  readonly heldBytes: number;
  readonly smallBodyBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly frameBytes: number;
  readonly socketsPerUser: number;
  readonly sockets: number;
  readonly pingIntervalMs: number;
  /** A socket from which nothing came for so long is lost. */
  readonly silenceMs: number;
  /** Bytes of news of a team that are kept for its slowest reader; one who needs older ones catches up by cursor. */
  readonly unreadBytes: number;
  /** Events, and bytes of them, that a session may send ahead of their answers. */
  readonly unansweredEvents: number;
  readonly unansweredBytes: number;
  /** Frames that are no events (renewals, pings): so many at once, and then so many a second. */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
  /** How often open sessions are held against the accounts. */
  readonly membershipCheckMs: number;
  /** Requests of one connection that are not answered yet. */
  readonly requestsPerConnection: number;
  /** A connection on which nothing moves for so long, although an answer waits, is ended. */
  readonly unreadAnswerMs: number;
  /** How long a stopping hub waits for requests and sockets to end. */
  readonly drainMs: number;
  /** Sign-ins at once; each costs tens of milliseconds and megabytes by intention, and one of Node's four threads. */
  readonly signIns: number;
  readonly waitingSignIns: number;
  /** Attempts to sign in that fail: ten guesses at a name, then one every half minute; more from one address. */
  readonly attemptsByUser: ThrottleRule;
  readonly attemptsByAddress: ThrottleRule;
  /** Devices that ask to be signed in, by address. */
  readonly devicesByAddress: ThrottleRule;
  /** How often tokens are forgotten that expired long ago. */
  readonly pruneIntervalMs: number;
}

export const DEFAULT_HUB_LIMITS: HubLimits = {
  batchEvents: 1000,
  batchCompressedBytes: 1024 * 1024,
  batchRawBytes: 8 * 1024 * 1024,
  eventBytes: 64 * 1024,
  foreignEventBytes: 128 * 1024,
  batchValues: 300_000,
  eventValues: 10_000,
  waitingBatches: 256,
  heldBytesPerTeam: 128 * 1024 * 1024,
  heldBytes: 256 * 1024 * 1024,
  smallBodyBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  frameBytes: 1024 * 1024,
  socketsPerUser: 256,
  sockets: 10_000,
  pingIntervalMs: 20_000,
  silenceMs: 60_000,
  unreadBytes: 4 * 1024 * 1024,
  unansweredEvents: 500,
  unansweredBytes: 2 * 1024 * 1024,
  controlBurst: 100,
  controlPerSecond: 10,
  membershipCheckMs: 500,
  requestsPerConnection: 256,
  unreadAnswerMs: 120_000,
  drainMs: 5_000,
  signIns: 2,
  waitingSignIns: 64,
  attemptsByUser: { burst: 10, everyMs: 30_000 },
  attemptsByAddress: { burst: 50, everyMs: 3_000 },
  devicesByAddress: { burst: 20, everyMs: 10_000 },
  pruneIntervalMs: 3_600_000,
};
