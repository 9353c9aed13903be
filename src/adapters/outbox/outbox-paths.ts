import { join } from 'node:path';
import type { LamportFile } from '../events/json-lamport-store.js';

/** Key of the outbox that takes events without a project identity. */
export const UNIDENTIFIED = 'unidentified';

/** How far an outbox's directory lies below the one in which the state root is. */
export const OUTBOX_DEPTH = 3;

export const outboxesDirectory = (stateRoot: string): string => join(stateRoot, 'outbox');

export const captureLockPath = (stateRoot: string): string => join(stateRoot, 'lock');

/** The files of one outbox and the locks that guard them. */
export const outboxPaths = (stateRoot: string, project: string | undefined) => {
  const key = project ?? UNIDENTIFIED;
  const directory = join(outboxesDirectory(stateRoot), key);
  return {
    directory,
    current: join(directory, 'current.jsonl'),
    segments: join(directory, 'segments'),
    ledger: join(directory, 'ledger.json'),
    settled: join(directory, 'settled'),
    decisions: join(directory, 'decisions.jsonl'),
    deadLetters: join(directory, 'dead-letters.jsonl'),
    refused: join(directory, 'refused.jsonl'),
    waiting: join(directory, 'waiting'),
    torn: join(directory, 'torn.jsonl'),
    captureLock: captureLockPath(stateRoot),
    senderLock: join(stateRoot, 'locks', `sender-${key}`),
  };
};

export type OutboxPaths = Readonly<ReturnType<typeof outboxPaths>>;

/** Name of a sealed segment: its first record number in 20 digits, so that names sort as numbers do. */
export const segmentName = (first: number): string => `${String(first).padStart(20, '0')}.jsonl`;

export const segmentFirst = (name: string): number | undefined => {
  const digits = /^(\d{20})\.jsonl$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

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
