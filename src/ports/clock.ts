/** What is known of the node's Lamport clock. */
export interface LamportReading {
  readonly value: number;
  readonly nodeId: string;
  /** Why the clock had to be rebuilt from the outboxes just now, if it was. Said once. */
  readonly rebuilt?: string;
}

/** The persisted Lamport clock of this machine and user, shared by all processes and projects. */
export interface LamportStore {
  /** The present reading. Rebuilds a missing or unreadable clock above every captured event; never goes back. */
  read(): Promise<LamportReading>;
  /**
   * Replaces the value by what `decide` makes of it, under the cross-process lock; callers may race, in one process
   * and across processes. A value that is not greater than the present one leaves the clock untouched.
   * Fails with `lock-busy` when the lock cannot be had within its bounded wait.
   */
  update(decide: (value: number) => number): Promise<LamportReading>;
}
