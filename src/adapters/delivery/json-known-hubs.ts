import { readFile } from 'node:fs/promises';
import { isDocument, list, object, parseJson, text } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import type { KnownHub } from '../../domain/delivery/known-hubs.js';
import type { KnownHubs } from '../../ports/delivery.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { lockFile } from '../fs/process-lock.js';
import type { StateRoot } from '../fs/state-root.js';

/** `hubs.json` of the state root: each hub's id and the addresses that it is believed at, the newest last. */
export class JsonKnownHubs implements KnownHubs {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async list(): Promise<readonly KnownHub[]> {
    const document = parseJson(await readFile(this.#path, 'utf8').catch(() => ''));
    const { hubs } = (document ?? {}) as { readonly hubs?: unknown };
    return Array.isArray(hubs) ? hubs.filter((hub) => isDocument(HUB, hub)) : [];
  }

  async update(change: (known: readonly KnownHub[]) => readonly KnownHub[]): Promise<readonly KnownHub[]> {
    this.#root.make();
    const lock = await lockFile(this.#root.file('locks', 'hubs'), LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process is working with the list of hubs.', {
        hint: 'Try again.',
      });
    }
    try {
      const before = await this.list();
      const hubs = change(before);
      if (hubs === before) return before;
      await writeFileAtomic(this.#path, `${JSON.stringify({ hubs }, undefined, 2)}\n`, { mode: 0o600 });
      return hubs;
    } catch (cause) {
      throw new SyncError('storage-failed', 'It could not be stored where the hub is.', { cause });
    } finally {
      lock.release();
    }
  }

  get #path(): string {
    return this.#root.file('hubs.json');
  }
}

const LOCK_WAIT_MS = 5000;

const HUB = object({ id: text(), urls: list(text()) });
