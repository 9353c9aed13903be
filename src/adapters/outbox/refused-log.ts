import type { Fact, RefusalReason } from '../../ports/outbox.js';
import { makeDirectory } from '../fs/make-directory.js';
import { appendToLog } from '../fs/sealed-log.js';
import type { OutboxPaths } from './outbox-paths.js';

/** Counts events that are not taken, durable when this returns; `beside`: without the capture lock. */
export const noteRefused = (
  paths: OutboxPaths,
  facts: readonly Fact[],
  reason: RefusalReason,
  message: string,
  nowMs: number,
  held: 'held' | 'beside',
): void => {
  const at = new Date(nowMs).toISOString();
  const ids = facts.map(({ event }) => event.event_id);
  append(
    paths,
    ids.map((eventId) => ({ event_id: eventId, kind: 'refused', reason, message, at })),
    held,
  );
};

/** Counts intents whose work left no evidence, durable when this returns. */
export const noteWithdrawn = (
  paths: OutboxPaths,
  eventIds: readonly string[],
  reason: string,
  nowMs: number,
): void => {
  const at = new Date(nowMs).toISOString();
  append(
    paths,
    eventIds.map((eventId) => ({ event_id: eventId, kind: 'withdrawn', reason, at })),
  );
};

const append = (paths: OutboxPaths, entries: readonly object[], held: 'held' | 'beside' = 'held'): void => {
  makeDirectory(paths.directory);
  appendToLog(paths.refused, entries, held);
};
