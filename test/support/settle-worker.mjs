/**
 * A process that captures and settles for ever: `node settle-worker.mjs <state root> <project>`. Every third record
 * becomes a dead letter, every third is delivered, the others stay. It prints a line for every settlement that is
 * durable, with what it delivered so far.
 */
import { writeSync } from 'node:fs';
import { settle, openLedger } from '../../dist/domain/outbox/ledger.js';
import { newFact, openOutbox } from './worker-outbox.mjs';

const [stateRoot, project] = process.argv.slice(2);
const outbox = openOutbox(stateRoot, project);

const settlementOf = ({ record, eventId }) =>
  record % 3 === 0
    ? { record, eventId, became: 'dead', attempts: 5, reason: 'a third' }
    : { record, eventId, became: 'delivered' };

writeSync(1, 'ready\n');
for (let next = 1; ;) {
  await outbox.capture([newFact(project), newFact(project)], { maxWaiting: 1_000_000 });
  await outbox.pass(async (sender) => {
    const known = (await sender.reading()).ledgers[0];
    next = Math.max(next, (known?.through ?? 0) + 1);
    const settlements = [];
    for await (const record of sender.records(next)) {
      if (record.record % 3 !== 1) settlements.push(settlementOf(record));
      next = record.record + 1;
    }
    let delivered = 0;
    await sender.settle(([ledger = openLedger('hub', 'acme', 1, 0)]) => {
      const settled = settle(ledger, settlements);
      delivered = settled.totals.delivered;
      return [settled];
    });
    await sender.reclaim(async () => true, 0);
    writeSync(1, `delivered ${delivered}\n`);
  });
}
