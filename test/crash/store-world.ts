import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonLamportStore } from '../../src/adapters/events/json-lamport-store.js';
import { captureLockPath } from '../../src/adapters/outbox/outbox-paths.js';
import type { CaptureOutcome, Fact, Outbox } from '../../src/ports/outbox.js';
import type { LamportStore } from '../../src/ports/events.js';
import { PROJECT } from '../support/facts.js';
import { lamportFileOf, outboxesOf } from '../support/outboxes.js';

/** Room for everything that a driver captures. */
export const ROOM = { maxWaiting: 1000 };

/** Records of a segment in these worlds, so that a handful of captures rotates. */
export const SEGMENT_RECORDS = 3;

/** The state root of a driver, as one process sees it. */
export interface StoreWorld {
  readonly stateRoot: string;
  /** The outbox as a process that starts now opens it. */
  readonly outbox: Outbox;
  readonly clock: LamportStore;
  /** The program acknowledges something; whoever hears it may rely on it. */
  said(what: string): void;
  /** Captures and says what became of each event. */
  capture(...facts: readonly Fact[]): Promise<readonly CaptureOutcome[]>;
}

export interface Boot {
  /** Another one after a power cut. */
  readonly bootId?: string;
  readonly said?: (what: string) => void;
}

/** A process that starts now on the machine whose disk `top` is. */
export const bootOn = (top: string, { bootId = 'boot-1', said = () => undefined }: Boot = {}): StoreWorld => {
  const stateRoot = join(top, 'state');
  const outbox = outboxesOf(stateRoot, { segmentRecords: SEGMENT_RECORDS, bootId }).open(PROJECT);
  return {
    stateRoot,
    outbox,
    said,
    clock: new JsonLamportStore(lamportFileOf(stateRoot, { bootId }), captureLockPath(stateRoot)),
    capture: async (...facts) => {
      const outcomes = await outbox.capture(facts, ROOM);
      for (const outcome of outcomes)
        said(
          `${outcome.outcome} ${outcome.outcome === 'captured' ? outcome.event.event_id : outcome.eventId}`,
        );
      return outcomes;
    },
  };
};

export const outboxDirectory = (top: string): string => join(top, 'state', 'outbox', PROJECT);

/**
 * Every line of every segment that is not a header, read as a person would: deliberately not by the code under test.
 * What follows the last newline of a file is left out, and so is what is no JSON.
 */
export const linesOf = (top: string): readonly Readonly<Record<string, any>>[] => {
  const outbox = outboxDirectory(top);
  const sealed = namesIn(join(outbox, 'segments')).map((name) => join(outbox, 'segments', name));
  return [...sealed, join(outbox, 'current.jsonl')].flatMap((path) =>
    textOf(path)
      .split('\n')
      .slice(1, -1)
      .flatMap((line) => {
        try {
          // Blocks that were never written read as zeros.
          return [JSON.parse(line.replace(/^\0+/, '')) as Record<string, any>];
        } catch {
          return [];
        }
      }),
  );
};

/** Ids of everything that the files of an outbox promise to keep: its records, and the facts that wait for the lock. */
export const keptIds = (top: string): readonly string[] => [
  ...linesOf(top).map((line) => line['event'].event_id as string),
  ...namesIn(join(outboxDirectory(top), 'waiting')).map((name) => name.replace('.json', '')),
];

/** Temporary files below a directory. */
export const temporariesIn = (directory: string): readonly string[] =>
  (readdirSync(directory, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) =>
    name.endsWith('.tmp'),
  );

const namesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
