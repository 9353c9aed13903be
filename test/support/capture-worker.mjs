/**
 * A process that captures: `node capture-worker.mjs <state root> <project> <count> <batch>`. It prints the ids of
 * every capture that was acknowledged, a line each, before it begins the next one. A count of 0 never ends.
 */
import { writeSync } from 'node:fs';
import { newFact, openOutbox } from './worker-outbox.mjs';

const [stateRoot, project, count, batch] = process.argv.slice(2);
const outbox = openOutbox(stateRoot, project);

writeSync(1, 'ready\n');
for (let done = 0; Number(count) === 0 || done < Number(count); done++) {
  const facts = Array.from({ length: Number(batch) }, () => newFact(project));
  for (const outcome of await outbox.capture(facts, { maxWaiting: 1_000_000 })) {
    const id = outcome.outcome === 'captured' ? outcome.event.event_id : outcome.eventId;
    writeSync(1, `${outcome.outcome} ${id}\n`);
  }
}
