import type { LamportFile } from '../events/lamport-file.js';

/** What every outbox of a state root shares. */
export interface OutboxSurroundings {
  readonly clock: LamportFile;
  /** Records after which a segment is sealed; 1000 where nothing is said. */
  readonly segmentRecords?: number;
  /** How long a capture waits for the capture lock before its facts wait beside the journal; 250 where nothing is said. */
  readonly captureWaitMs?: number;
  /** How long decisions and withdrawals wait for the capture lock; 5000 where nothing is said. */
  readonly lockWaitMs?: number;
  /** Told when the clock had to be rebuilt from the outboxes, once, with the reason as a whole sentence. */
  warn?(message: string): void;
  newJournalId(): string;
  nowMs(): number;
}
