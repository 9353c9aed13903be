import { readdirSync, readFileSync } from 'node:fs';
import { isUuidV4 } from '../../domain/ids.js';
import type { Outbox, Outboxes } from '../../ports/outbox.js';
import { onStorage } from '../fs/storage-failure.js';
import { newestSegment } from './journal-files.js';
import { LowdbOutbox } from './lowdb-outbox.js';
import { outboxesDirectory, outboxPaths, UNIDENTIFIED } from './outbox-paths.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';
import { scanSegment } from './scan-segment.js';

/** The outboxes below a state root. */
export class LowdbOutboxes implements Outboxes {
  readonly #stateRoot: string;
  readonly #surroundings: OutboxSurroundings;

  constructor(stateRoot: string, surroundings: OutboxSurroundings) {
    this.#stateRoot = stateRoot;
    this.#surroundings = surroundings;
  }

  async list(): Promise<readonly (string | undefined)[]> {
    const directory = outboxesDirectory(this.#stateRoot);
    return outboxKeys(await onStorage(directory, () => namesIn(directory)));
  }

  open(project: string | undefined): Outbox {
    // The key becomes a directory's name, and only such names are listed again.
    if (project !== undefined && !isUuidV4(project)) throw new Error(`not a project uuid: ${project}`);
    return new LowdbOutbox(project, outboxPaths(this.#stateRoot, project), this.#surroundings);
  }
}

/** Highest Lamport clock that any outbox of the state root has seen; 0 when there is none. */
export const highestCapturedClock = (stateRoot: string): number => {
  const names = namesIn(outboxesDirectory(stateRoot));
  return Math.max(0, ...outboxKeys(names).map((key) => highestClock(outboxPaths(stateRoot, key))));
};

const outboxKeys = (names: readonly string[]): readonly (string | undefined)[] =>
  names.flatMap((name) => (name === UNIDENTIFIED ? [undefined] : isUuidV4(name) ? [name] : [])).sort();

const namesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Highest Lamport clock in the open segment of an outbox, else in its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number => {
  const sealed = newestSegment(paths)?.clock ?? 0;
  try {
    return Math.max(sealed, scanSegment(readFileSync(paths.current)).clock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return sealed;
    throw error;
  }
};
