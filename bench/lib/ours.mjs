import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where `build-ours.mjs` puts what is measured in process. The compiler is a file of its own: it would share time and
 * memory of every process that is measured.
 */
export const OURS = fileURLToPath(new URL('../../dist/bench/ours.mjs', import.meta.url));

export const loadOurs = () => import(pathToFileURL(OURS).href);

/** A package with native code, as it is installed; the message of its absence is its own. */
export const requirePackage = createRequire(import.meta.url);

export const PROJECT = '550e8400-e29b-41d4-a716-446655440000';

/** Far above everything that is measured here. */
export const LIMITS = { maxWaiting: 10_000_000 };

/** An outbox as the program opens it. */
export const openOutbox = (ours, stateRoot, project = PROJECT) => openOutboxes(ours, stateRoot).open(project);

export const openOutboxes = (ours, stateRoot) => {
  const { bootId } = new ours.NodeMachine();
  return new ours.LowdbOutboxes(stateRoot, {
    clock: new ours.LamportFile(stateRoot, {
      ...(bootId === undefined ? {} : { bootId }),
      mintNodeId: () => '0123456789ab',
      highestCaptured: () => ours.highestCapturedClock(stateRoot),
      nowMs: () => Date.now(),
    }),
    newJournalId: () => '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
    nowMs: () => Date.now(),
  });
};

/** Facts of events that take 700 bytes each. */
export const factSource = (ours) => {
  const ids = new ours.UlidEventIdSource({ nowMs: () => Date.now() });
  return () => ({ event: { ...EVENT, event_id: ids.next() } });
};

const EVENT = {
  event_id: '',
  event_type: 'HistoryAdded',
  aggregate_id: 'WP01',
  aggregate_type: 'WorkPackage',
  payload: {
    wp_id: 'WP01',
    entry_type: 'note',
    entry_content: 'What was done, and why. '.repeat(8),
    author: 'claude',
    feature_slug: '001-start',
  },
  causation_id: null,
  timestamp: '2026-11-20T12:00:00.000Z',
  team_slug: 'acme',
  project_uuid: PROJECT,
  project_slug: 'lighthouse',
  git_branch: 'main',
  head_commit_sha: null,
  repo_slug: null,
  correlation_id: '01KH0000000000000000000000',
  schema_version: '1.0',
};

/** The same event as one line of JSON, for everybody who stores it as it is. */
export const EVENT_LINE = `${JSON.stringify({ ...EVENT, event_id: '01KH0000000000000000000001', node_id: '0123456789ab', lamport_clock: 1 })}\n`;
