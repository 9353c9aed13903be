import type { LamportFile } from '../fs/lamport-file.js';

/** What every outbox of a state root shares. */
export interface OutboxSurroundings {
  readonly clock: LamportFile;
  newJournalId(): string;
  nowMs(): number;
}
