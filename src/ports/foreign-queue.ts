/** One row of the queue that an older client left behind. */
export interface QueuedRow {
  readonly eventId: string;
  /** The whole envelope as JSON text, if it is that. */
  readonly data: string;
}

/** Reads the SQLite queues of the Python client (spec-kitty 2.x). */
export interface ForeignQueue {
  /**
   * The queue files at a place: the file itself, or those of a state root, where the client keeps one and later one for
   * each account (`queue.db`, `queues/queue-*.db`). Empty when there is none.
   */
  files(place: string): Promise<readonly string[]>;
  /**
   * All rows, oldest first. The file is opened for reading only and stays as it is. Fails with `input-invalid` for a
   * file that is not such a queue, and with `dependency-missing` where the SQLite driver cannot be had.
   */
  rows(file: string): Promise<readonly QueuedRow[]>;
}
