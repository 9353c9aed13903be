/** What the worker processes of the tests share: an outbox on the built program, and facts for it. */
import { randomUUID } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { LamportFile } from '../../dist/adapters/events/json-lamport-store.js';
import { highestCapturedClock, LowdbOutboxes } from '../../dist/adapters/outbox/lowdb-outbox.js';

const newId = monotonicFactory();

export const openOutbox = (stateRoot, project) =>
  new LowdbOutboxes(stateRoot, {
    clock: new LamportFile(stateRoot, {
      bootId: 'boot-1',
      mintNodeId: () => '0123456789ab',
      highestCaptured: () => highestCapturedClock(stateRoot),
      nowMs: () => Date.now(),
    }),
    segmentRecords: 100,
    newJournalId: () => randomUUID(),
    nowMs: () => Date.now(),
  }).open(project);

export const newFact = (project) => ({
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
