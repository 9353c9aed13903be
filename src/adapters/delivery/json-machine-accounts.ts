import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { exactOptional } from 'valibot';
import { isDocument, object, parseJson, text, type DocumentOf } from '../../domain/document.js';
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
    const notes = await this.#read();
    const known = notes.find(({ key }) => key === note.key);
    if (JSON.stringify(known) === JSON.stringify(note)) return;
    const accounts = [...notes.filter((other) => other !== known), note].slice(-MOST_NOTES);
    try {
      this.#root.make();
      const text = `${JSON.stringify({ accounts }, undefined, 2)}\n`;
      await writeFileAtomic(this.#path, text, { mode: 0o600, durable: false });
    } catch {
      // The hub is asked again by whoever delivers next.
    }
  }

  get #path(): string {
    return this.#root.file('machine-accounts.json');
  }

  async #read(): Promise<readonly DocumentOf<typeof NOTE>[]> {
    const document = parseJson(await readFile(this.#path, 'utf8').catch(() => ''));
    const { accounts } = (document ?? {}) as { readonly accounts?: unknown };
    return Array.isArray(accounts) ? accounts.filter((note) => isDocument(NOTE, note)) : [];
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
