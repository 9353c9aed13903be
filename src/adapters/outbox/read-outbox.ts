import { newestAnswered, waitingCount, type HubLedger } from '../../domain/outbox/ledger.js';
import { applyDecisions } from '../../domain/outbox/ownership.js';
import type { OutboxReading } from '../../ports/outbox.js';
import { readLog } from '../fs/sealed-log.js';
import { readDecisions } from './decision-log.js';
import { JournalReader } from './journal-reader.js';
import { readLedger } from './ledger-document.js';
import type { OutboxPaths } from './outbox-paths.js';
import { WaitingFacts } from './waiting-facts.js';

/** Everything the files of an outbox say, read without a lock; every file of it is replaced or appended as a whole. */
export const readOutbox = async (paths: OutboxPaths): Promise<OutboxReading> => {
  const extent = await new JournalReader(paths).extent();
  const explained = readLog(paths.refused);
  const count = (kind: string): number => explained.filter((entry) => entry?.['kind'] === kind).length;
  const beside = {
    refused: count('refused'),
    withdrawn: count('withdrawn'),
    waitingForLock: new WaitingFacts(paths.waiting).count(),
    tornTails: readLog(paths.torn).length,
  };
  if (extent === undefined) return { journal: '', first: 1, last: 0, ledgers: [], decisions: [], beside };
  const { journal, first } = extent;
  const { decisions, unreadable } = readDecisions(paths.decisions, journal);
  const ledgers = readLedger(paths.ledger, journal).hubs.map((ledger) => applyDecisions(ledger, decisions));
  // A journal that lost its end is as long as the ledger knew it: what was delivered of it stays counted.
  const last = Math.max(extent.last, ...ledgers.map(newestAnswered));
  return {
    journal,
    first,
    last,
    ledgers,
    decisions,
    beside,
    ...(unreadable === undefined ? {} : { decisionsUnreadable: unreadable }),
  };
};

/** How many records wait for the hub and team in use; all of them when none is. */
export const countWaiting = (reading: OutboxReading): number => {
  const ledger = ledgerInUse(reading.ledgers);
  return ledger === undefined ? reading.last - reading.first + 1 : waitingCount(ledger, reading.last);
};

/** The ledger of the hub and team that nothing took the place of. */
export const ledgerInUse = (ledgers: readonly HubLedger[]): HubLedger | undefined =>
  ledgers.find((ledger) => ledger.closedAtMs === undefined);
