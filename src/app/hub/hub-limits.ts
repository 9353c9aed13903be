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
  readonly smallBodyBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly frameBytes: number;
  readonly socketsPerUser: number;
  readonly sockets: number;
  readonly pingIntervalMs: number;
  /** A socket from which nothing came for so long is lost. */
  readonly silenceMs: number;
  /** Bytes that may wait for a slow reader before its session is ended; it catches up by cursor. */
  readonly unreadBytes: number;
  /** How long a stopping hub waits for requests and sockets to end. */
  readonly drainMs: number;
  /** Sign-ins at once; each costs tens of milliseconds and megabytes by intention. */
  readonly signIns: number;
  readonly waitingSignIns: number;
  /** How often tokens are forgotten that expired long ago. */
  readonly pruneIntervalMs: number;
}

export const DEFAULT_HUB_LIMITS: HubLimits = {
  batchEvents: 1000,
  batchCompressedBytes: 1024 * 1024,
  batchRawBytes: 8 * 1024 * 1024,
  eventBytes: 64 * 1024,
  foreignEventBytes: 128 * 1024,
  smallBodyBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  frameBytes: 1024 * 1024,
  socketsPerUser: 256,
  sockets: 10_000,
  pingIntervalMs: 20_000,
  silenceMs: 60_000,
  unreadBytes: 8 * 1024 * 1024,
  drainMs: 5_000,
  signIns: 4,
  waitingSignIns: 64,
  pruneIntervalMs: 3_600_000,
};
