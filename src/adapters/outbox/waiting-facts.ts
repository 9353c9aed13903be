import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../domain/errors.js';
import type { CaptureOutcome, Fact } from '../../ports/outbox.js';
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

  /** Adds each of them. `refuse` says what becomes of one that the storage did not take at all. */
  async addAll(
    facts: readonly Fact[],
    from: number,
    refuse: (fact: Fact, error: unknown) => readonly CaptureOutcome[],
  ): Promise<readonly CaptureOutcome[]> {
    const outcomes: CaptureOutcome[] = [];
    for (const fact of facts) {
      const eventId = fact.event.event_id;
      try {
        await this.add(fact, from);
        outcomes.push({ outcome: 'waiting', eventId });
      } catch (error) {
        const unconfirmed: CaptureOutcome = { outcome: 'unconfirmed', eventId, message: messageOf(error) };
        outcomes.push(
          ...(existsSync(join(this.#directory, `${eventId}.json`)) ? [unconfirmed] : refuse(fact, error)),
        );
      }
    }
    return outcomes;
  }

  /** Durable before this resolves. */
  async add(fact: Fact, from: number): Promise<void> {
    makeDirectory(this.#directory);
    secureEntries(dirname(this.#directory), OUTBOX_DEPTH);
    const content = sealLine(JSON.stringify({ fact, from }));
    await writeFileAtomic(join(this.#directory, `${fact.event.event_id}.json`), content, { mode: 0o600 });
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
