/**
 * A process that captures: `node capture-worker.mjs <state root> <project> <count> <batch>`. It prints the ids of
 * every capture that was acknowledged, a line each, before it begins the next one. A count of 0 never ends.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { monotonicFactory } from 'ulid';
import { LamportFile } from '../../dist/adapters/fs/lamport-file.js';
import { highestCapturedClock, LowdbOutboxes } from '../../dist/adapters/queue/lowdb-outboxes.js';

const [stateRoot, project, count, batch] = process.argv.slice(2);
const newId = monotonicFactory();
const clock = new LamportFile(stateRoot, {
  bootId: 'boot-1',
  mintNodeId: () => '0123456789ab',
  highestCaptured: () => highestCapturedClock(stateRoot),
  nowMs: () => Date.now(),
});
const outbox = new LowdbOutboxes(stateRoot, {
  clock,
  segmentRecords: 100,
  newJournalId: () => randomUUID(),
  nowMs: () => Date.now(),
}).open(project);

const fact = () => ({
  event: {
    event_id: newId(),
    event_type: 'HistoryAdded',
    aggregate_id: 'WP01',
    aggregate_type: 'WorkPackage',
    payload: { wp_id: 'WP01', entry_type: 'note', entry_content: 'x'.repeat(100), author: 'user' },
    causation_id: null,
    timestamp: new Date().toISOString(),
    team_slug: 'local',
    project_uuid: project,
    project_slug: null,
    git_branch: null,
    head_commit_sha: null,
    repo_slug: null,
    correlation_id: newId(),
    schema_version: '1.0',
  },
});

writeSync(1, 'ready\n');
for (let done = 0; Number(count) === 0 || done < Number(count); done++) {
  const outcomes = await outbox.capture(Array.from({ length: Number(batch) }, fact), {
    maxWaiting: 1_000_000,
  });
  for (const outcome of outcomes) {
    const id = outcome.outcome === 'captured' ? outcome.event.event_id : outcome.eventId;
    writeSync(1, `${outcome.outcome} ${id}\n`);
  }
}
