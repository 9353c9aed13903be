import { LamportFile, type LamportSurroundings } from '../../src/adapters/events/json-lamport-store.js';
import { highestCapturedClock, LowdbOutboxes } from '../../src/adapters/outbox/lowdb-outbox.js';
import type { OutboxSurroundings } from '../../src/adapters/outbox/outbox-paths.js';

export const NODE_ID = '0123456789ab';

/** The clock of a state root as the program wires it. */
export const lamportFileOf = (stateRoot: string, options: Partial<LamportSurroundings> = {}): LamportFile =>
  new LamportFile(stateRoot, {
    bootId: 'boot-1',
    machine: 'machine-1',
    mintNodeId: () => NODE_ID,
    highestCaptured: () => highestCapturedClock(stateRoot),
    nowMs: () => 1_772_357_400_000,
    ...options,
  });

/** The outboxes of a state root as a process that starts now opens them. */
export const outboxesOf = (
  stateRoot: string,
  options: Partial<OutboxSurroundings> & { readonly bootId?: string } = {},
): LowdbOutboxes => {
  const { bootId, ...surroundings } = options;
  return new LowdbOutboxes(stateRoot, {
    clock: lamportFileOf(stateRoot, bootId === undefined ? {} : { bootId }),
    newJournalId: () => `journal-${(journals += 1)}`,
    nowMs: () => 1_772_357_400_000,
    ...surroundings,
  });
};

let journals = 0;
