import { readFile } from 'node:fs/promises';
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
    try {
      const document = JSON.parse(await readFile(this.#path, 'utf8')) as { readonly hubs?: unknown };
      return Array.isArray(document.hubs) ? document.hubs.flatMap(readHub) : [];
    } catch {
      return [];
    }
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
      const text = `${JSON.stringify({ hubs }, undefined, 2)}\n`;
      await writeFileAtomic(this.#path, text, { mode: 0o600 });
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

const readHub = (value: unknown): readonly KnownHub[] => {
  const { id, urls } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !Array.isArray(urls)) return [];
  return [{ id, urls: urls.filter((url) => typeof url === 'string') }];
};
