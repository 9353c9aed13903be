import type { LamportFile } from '../fs/lamport-file.js';

/** What every outbox of a state root shares. */
export interface OutboxSurroundings {
  readonly clock: LamportFile;
  /** Records after which a segment is sealed; 1000 where nothing is said. */
  readonly segmentRecords?: number;
  newJournalId(): string;
  nowMs(): number;
}
