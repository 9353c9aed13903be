import { readFileSync } from 'node:fs';
import { LowSync } from 'lowdb';
import type { Decision } from '../../domain/outbox/decision.js';
import { type HubLedger, ledgerInUse, newestAnswered, waitingCount } from '../../domain/outbox/ledger.js';
import { applyDecisions } from '../../domain/outbox/ownership.js';
import type { OutboxReading } from '../../ports/outbox.js';
import { writeFileAtomicSync } from '../fs/atomic-write.js';
import { parseLine, readLog, sealLine } from '../fs/sealed-log.js';
import { unlessAbsent } from '../fs/storage-failure.js';
import { journalExtent } from './journal-reader.js';
import type { OutboxPaths } from './outbox-paths.js';
import { WaitingFacts } from './waiting-facts.js';

/** Everything the files of an outbox say, read without a lock; every file of it is replaced or appended as a whole. */
export const readOutbox = (paths: OutboxPaths): OutboxReading => {
  const extent = journalExtent(paths);
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
  const decided = readDecisions(paths.decisions, journal);
  const ledgers = readLedgers(paths.ledger, journal).map((each) => applyDecisions(each, decided.decisions));
  // A journal that lost its end is as long as the ledger knew it: what was delivered of it stays counted.
  const last = Math.max(extent.last, ...ledgers.map(newestAnswered));
  return { journal, first, last, ledgers, ...decided, beside };
};

/** How many records wait for the hub and team in use; all of them when none is. */
export const countWaiting = ({ ledgers, first, last }: OutboxReading): number => {
  const ledger = ledgerInUse(ledgers, undefined);
  return ledger === undefined ? last - first + 1 : waitingCount(ledger, last);
};

/**
 * The decisions of a journal, in the order in which they were made. Those of another journal speak of records whose
 * numbers nobody can relate to this one's: they are there because its beginning was damaged, and are as good as
 * unreadable. A damaged line may have been any decision, so nothing can be concluded from the others.
 */
const readDecisions = (
  path: string,
  journal: string,
): Pick<OutboxReading, 'decisions' | 'decisionsUnreadable'> => {
  const decisions = readLog(path).map((line): Decision => {
    if (line?.['journal'] !== journal) return { decision: 'unreadable' };
    const { journal: _journal, ...decision } = line;
    return decision as unknown as Decision;
  });
  const lost = decisions.filter(({ decision }) => decision === 'unreadable').length;
  return lost === 0
    ? { decisions }
    : { decisions, decisionsUnreadable: `${lost} lines of ${path} cannot be used` };
};

/** The ledgers of one outbox, one for each hub and team, and the journal that they speak of. */
interface LedgerDocument {
  readonly journal: string;
  readonly hubs: readonly HubLedger[];
}

/** What stands in the file; a missing, damaged or foreign one is as good as none. */
const readLedgers = (path: string, journal: string): readonly HubLedger[] => {
  const database = open(path);
  database.read();
  return database.data.journal === journal ? database.data.hubs : [];
};

/** One atomic, durable write of all ledgers. */
export const writeLedgers = (path: string, document: LedgerDocument): void => {
  const database = open(path);
  database.data = document;
  database.write();
};

/**
 * lowdb's own file adapter renames a temporary file of a fixed name without syncing it; this one is durable, unique
 * and notices damage.
 */
const open = (path: string): LowSync<LedgerDocument> =>
  new LowSync<LedgerDocument>(
    {
      read: () => {
        const document = unlessAbsent(() => parseLine(readFileSync(path)), undefined);
        return Array.isArray(document?.['hubs']) ? (document as unknown as LedgerDocument) : null;
      },
      write: (document) => writeFileAtomicSync(path, sealLine(JSON.stringify(document)), { mode: 0o600 }),
    },
    { journal: '', hubs: [] },
  );
