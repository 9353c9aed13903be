import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FsDoorbell } from '../../../src/adapters/delivery/fs-doorbell.js';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { hubKey } from '../../../src/domain/outbox/account.js';
import { doorbellContract, nextRing } from '../../contracts/doorbell.contract.js';
import { fact, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const LIMITS = { maxWaiting: 1000 };
let captured = 0;

const capture = async (project: string = PROJECT): Promise<void> => {
  const outcomes = await outboxesOf(scratch.path)
    .open(project)
    .capture([fact((captured += 1))], LIMITS);
  expect(outcomes).toHaveLength(1);
};
const outboxes = (): string => join(scratch.path, 'outbox');
const bell = (pollMs?: number): FsDoorbell => new FsDoorbell(outboxes(), pollMs);

doorbellContract({
  name: 'The file system, which tells of changes,',
  setup: async () => {
    await capture();
    return { subject: bell(), capture };
  },
});

doorbellContract({
  name: 'The file system where nothing was captured before',
  setup: async () => ({ subject: bell(20), capture }),
});

describe('the file system as the doorbell', () => {
  it('rings for a project that captures for the first time', async () => {
    await capture();
    const heard = nextRing();
    const watching = await bell(20).watch(heard.ring);
    const rang = heard.rang();
    await capture('660e8400-e29b-41d4-a716-446655440000');
    await rang;
    watching.close();
  });

  it('rings for an event that waits because the capture lock is held', async () => {
    await capture();
    const heard = nextRing();
    const watching = await bell(20).watch(heard.ring);
    const lock = tryLockFile(join(scratch.path, 'lock'));
    const rang = heard.rang();
    await capture();
    await rang;
    lock?.release();
    watching.close();
  });

  it('rings where the system does not tell of changes: an outbox that was replaced', async () => {
    await capture();
    const heard = nextRing();
    const watching = await bell(20).watch(heard.ring);
    // The watch stays with the directory that is out of sight now.
    renameSync(join(outboxes(), PROJECT), join(scratch.path, 'away'));
    mkdirSync(join(outboxes(), PROJECT));
    await heard.rang();
    const rang = heard.rang();
    appendFileSync(join(outboxes(), PROJECT, 'current.jsonl'), 'x');
    await rang;
    watching.close();
  });

  it('is silent while a sender settles', async () => {
    await capture();
    let rings = 0;
    const outbox = outboxesOf(scratch.path).open(PROJECT);
    const hub = { url: 'https://hub.example.org' };
    const passed = await outbox.pass(async (sender) => {
      const watching = await bell(10).watch(() => (rings += 1));
      const ledger = {
        ...{ hub: hubKey(hub), team: 'acme', first: 1, through: 1, beyond: [], exceptions: [] },
        totals: { delivered: 1, duplicate: 0, discarded: 0 },
      };
      for (let count = 0; count < 5; count++) await sender.settle(() => [ledger as never]);
      await sender.explainDeadLetters([{ record: 1, eventId: 'x', reason: 'no' }]);
      // A later change that does ring shows that everything before it was seen.
      const before = rings;
      const heard = nextRing();
      const witness = await bell(10).watch(heard.ring);
      const rang = heard.rang();
      writeFileSync(join(outboxes(), PROJECT, 'decisions.jsonl'), '');
      await rang;
      witness.close();
      watching.close();
      return before;
    });
    expect(passed).toEqual({ ran: true, value: 0 });
  });
});
