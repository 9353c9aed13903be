import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Account, HubAddress } from '../../domain/outbox/account.js';
import type { MachineAccounts } from '../../ports/delivery.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import type { StateRoot } from '../fs/state-root.js';

/** `machine-accounts.json` of the state root: what hubs said, by the hash of hub and token, the newest last. */
export class JsonMachineAccounts implements MachineAccounts {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async recall(hub: HubAddress, token: string): Promise<Account | undefined> {
    const noted = (await this.#read()).find(({ key }) => key === keyOf(hub, token));
    if (noted === undefined) return undefined;
    return {
      hub: { ...hub, ...(noted.hub_id === undefined ? {} : { id: noted.hub_id }) },
      team: noted.team,
      ...(noted.username === undefined ? {} : { username: noted.username }),
    };
  }

  async remember(hub: HubAddress, token: string, account: Account): Promise<void> {
    const key = keyOf(hub, token);
    const { team, username } = account;
    const note: Note = {
      key,
      team,
      ...(username === undefined ? {} : { username }),
      ...(account.hub.id === undefined ? {} : { hub_id: account.hub.id }),
    };
    const notes = await this.#read();
    const known = notes.find((other) => other.key === key);
    if (JSON.stringify(known) === JSON.stringify(note)) return;
    const kept = [...notes.filter((other) => other !== known), note].slice(-MOST_NOTES);
    try {
      this.#root.make();
      await writeFileAtomic(this.#path, `${JSON.stringify({ accounts: kept }, undefined, 2)}\n`, {
        mode: 0o600,
        durable: false,
      });
    } catch {
      // The hub is asked again by whoever delivers next.
    }
  }

  get #path(): string {
    return this.#root.file('machine-accounts.json');
  }

  async #read(): Promise<readonly Note[]> {
    try {
      const document = JSON.parse(await readFile(this.#path, 'utf8')) as { readonly accounts?: unknown };
      return Array.isArray(document.accounts) ? document.accounts.map(readNote).filter(isKnown) : [];
    } catch {
      return [];
    }
  }
}

/** Key order is that in which it is written, so that notes compare by their text. */
interface Note {
  readonly key: string;
  readonly team: string;
  readonly username?: string;
  readonly hub_id?: string;
}

// A machine that is given a fresh token every day must not make the file grow for ever.
const MOST_NOTES = 20;

const keyOf = (hub: HubAddress, token: string): string =>
  createHash('sha256').update(`${hub.url} ${token}`).digest('hex');

const isKnown = (note: Note | undefined): note is Note => note !== undefined;

const readNote = (value: unknown): Note | undefined => {
  const { key, team, username, hub_id: hubId } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string' || typeof team !== 'string' || team === '') return undefined;
  return {
    key,
    team,
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof hubId === 'string' ? { hub_id: hubId } : {}),
  };
};
