import type { Account } from '../../domain/outbox/account.js';
import { CONNECTION_WORDS, type ConnectionStatus } from '../../domain/delivery/connection.js';

/** What the one line about sync looks at. */
export interface SyncLineInput {
  readonly account: Account | undefined;
  /** Whether the project's events may leave this machine. */
  readonly isShared: boolean;
  readonly connection: ConnectionStatus;
  /** Events that wait, when it is known. */
  readonly waiting: number | undefined;
}

/** The line that every capturing command ends with: where events go, and how many wait. */
export const syncLine = ({ account, isShared, connection, waiting }: SyncLineInput): string => {
  const place = account === undefined || !isShared ? 'Local only' : CONNECTION_WORDS[connection];
  return waiting === undefined || waiting === 0 ? `[${place}]` : `[${place}] ${waiting} waiting`;
};
