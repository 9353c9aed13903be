/** What holds where a user set nothing. */
export const DEFAULT_SETTINGS = {
  /** Events that may wait in one outbox. */
  maxQueueSize: 100_000,
  /** Seconds between two batches. */
  minBatchIntervalSeconds: 0,
  /** Seconds that the background process stays without work. */
  lingerSeconds: 60,
  /** Days for which settled segments stay readable. */
  retainDays: 7,
} as const;
