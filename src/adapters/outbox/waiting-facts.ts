import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fact } from '../../ports/outbox.js';
import { syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { makeDirectory, secureEntries } from '../fs/make-directory.js';
import { parseLine, sealLine } from '../fs/sealed-log.js';
import { unlessAbsent } from '../fs/storage-failure.js';
import { idsFrom } from './journal-reader.js';
import { OUTBOX_DEPTH, type OutboxPaths } from './outbox-paths.js';

/** A fact whose process could not get the capture lock in time. */
export interface WaitingFact {
  readonly fact: Fact;
  /** The event cannot be in the journal before this record. */
  readonly from: number;
  readonly path: string;
}

/** Facts that are durable but not sealed: one file each, named by the event's id. Normally there are none. */
export class WaitingFacts {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Durable before this resolves. */
  async add(fact: Fact, from: number): Promise<void> {
    makeDirectory(this.#directory);
    secureEntries(dirname(this.#directory), OUTBOX_DEPTH);
    const content = sealLine(JSON.stringify({ fact, from }));
    await writeFileAtomic(this.#pathOf(fact), content, { mode: 0o600 });
  }

  /** Whether a fact that could not be added is there all the same. */
  holds(fact: Fact): boolean {
    return existsSync(this.#pathOf(fact));
  }

  /** In the order of their ids. A damaged file is left where it is and not listed, nor is one that is just forgotten. */
  list(): readonly WaitingFact[] {
    return this.#names().flatMap((name) => {
      const path = join(this.#directory, name);
      // Whoever sealed it forgets it without the capture lock, so that it may go at any time.
      const fields = unlessAbsent(() => parseLine(readFileSync(path)), undefined);
      const from = fields?.['from'];
      return typeof from === 'number' ? [{ fact: fields?.['fact'] as Fact, from, path }] : [];
    });
  }

  count(): number {
    return this.#names().length;
  }

  /**
   * Forgets facts that are durable in the journal. Those that cannot be forgotten now are found in the journal by the next
   * capture, and forgotten then.
   */
  forget(facts: readonly WaitingFact[]): void {
    if (facts.length === 0) return;
    try {
      for (const { path } of facts) rmSync(path, { force: true });
      syncDirectory(this.#directory);
    } catch {
      // Nothing depends on it.
    }
  }

  #pathOf({ event }: Fact): string {
    return join(this.#directory, `${event.event_id}.json`);
  }

  #names(): readonly string[] {
    // Normally it is not there, and an error is dear to make.
    return (existsSync(this.#directory) ? readdirSync(this.#directory) : [])
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .sort();
  }
}

/** Those that are not in the journal: a process may have died between sealing one and removing its file. */
export const unsealed = (paths: OutboxPaths, facts: readonly WaitingFact[]): readonly WaitingFact[] => {
  if (facts.length === 0) return [];
  const sealed = new Set(idsFrom(paths, Math.min(...facts.map(({ from }) => from))));
  return facts.filter(({ fact }) => !sealed.has(fact.event.event_id));
};
