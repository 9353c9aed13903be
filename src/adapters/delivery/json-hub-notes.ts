import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { exactOptional } from 'valibot';
import { isDocument, list, object, parseJson, text, type DocumentOf } from '../../domain/document.js';
import type { KnownHub } from '../../domain/delivery/known-hubs.js';
import { SyncError } from '../../domain/errors.js';
import type { Account, HubAddress } from '../../domain/outbox/account.js';
import type { KnownHubs, MachineAccounts } from '../../ports/delivery.js';
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
    const hubs = await listIn(this.#root.file('hubs.json'), 'hubs');
    return hubs.filter((hub) => isDocument(HUB, hub));
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
      if (hubs !== before) await write(this.#root.file('hubs.json'), { hubs }, true);
      return hubs;
    } catch (cause) {
      throw new SyncError('storage-failed', 'It could not be stored where the hub is.', { cause });
    } finally {
      lock.release();
    }
  }
}

const LOCK_WAIT_MS = 5000;

const HUB = object({ id: text(), urls: list(text()) });

/** `machine-accounts.json` of the state root: what hubs said, by the hash of hub and token, the newest last. */
export class JsonMachineAccounts implements MachineAccounts {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async recall(hub: HubAddress, token: string): Promise<Account | undefined> {
    const noted = (await this.#notes()).find(({ key }) => key === keyOf(hub, token));
    if (noted === undefined) return undefined;
    const { hub_id: id, team, username } = noted;
    return {
      hub: { ...hub, ...(id === undefined ? {} : { id }) },
      team,
      ...(username === undefined ? {} : { username }),
    };
  }

  async remember(hub: HubAddress, token: string, account: Account): Promise<void> {
    const { team, username } = account;
    const note = { key: keyOf(hub, token), team, username, hub_id: account.hub.id };
    const notes = await this.#notes();
    const known = notes.find(({ key }) => key === note.key);
    if (JSON.stringify(known) === JSON.stringify(note)) return;
    const accounts = [...notes.filter((other) => other !== known), note].slice(-MOST_NOTES);
    try {
      this.#root.make();
      await write(this.#root.file('machine-accounts.json'), { accounts }, false);
    } catch {
      // The hub is asked again by whoever delivers next.
    }
  }

  async #notes(): Promise<readonly DocumentOf<typeof NOTE>[]> {
    const notes = await listIn(this.#root.file('machine-accounts.json'), 'accounts');
    return notes.filter((note) => isDocument(NOTE, note));
  }
}

/** Key order is that in which it is written, so that notes compare by their text. */
const NOTE = object({
  key: text(),
  team: text('must not be empty', (team) => team !== ''),
  username: exactOptional(text()),
  hub_id: exactOptional(text()),
});

// A machine that is given a fresh token every day must not make the file grow for ever.
const MOST_NOTES = 20;

const keyOf = (hub: HubAddress, token: string): string =>
  createHash('sha256').update(`${hub.url} ${token}`).digest('hex');

/** The list under a key of a document; what cannot be read holds none. */
const listIn = async (path: string, key: string): Promise<readonly unknown[]> => {
  const document = parseJson(await readFile(path, 'utf8').catch(() => '')) ?? {};
  const found = (document as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(found) ? found : [];
};

const write = (path: string, document: object, durable: boolean): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(document, undefined, 2)}\n`, { mode: 0o600, durable });
