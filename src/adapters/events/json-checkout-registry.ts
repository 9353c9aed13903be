import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { isFields, parseJson, type Fields } from '../../domain/document.js';
import type { CheckoutMemory, CheckoutRegistry, SharingPreference } from '../../ports/events.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';
import type { StateRoot } from '../fs/state-root.js';
import { onStorage, unlessAbsent } from '../fs/storage-failure.js';

/**
 * `checkouts/` of the state root: `<hash of the path>.json` for each checkout, `preference-<hash of the uuid>.json`
 * for each project. A file that cannot be understood counts as missing; the next write replaces it.
 */
export class JsonCheckoutRegistry implements CheckoutRegistry {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async recall(path: string): Promise<CheckoutMemory | undefined> {
    const memory = memoryIn(await this.#read(checkoutFile(path)));
    return memory?.path === path ? memory : undefined;
  }

  remember(memory: CheckoutMemory): Promise<void> {
    const known = KEYS.map(({ name, key }) => [key, memory[name]] as const);
    return this.#write(checkoutFile(memory.path), Object.fromEntries(known));
  }

  async list(): Promise<readonly CheckoutMemory[]> {
    const names = await this.#onStorage(() => unlessAbsent(() => readdirSync(this.#file()), [], NOT_THERE));
    const memories = names
      .filter((name) => CHECKOUT_FILE.test(name))
      .sort()
      .map(async (name) => {
        const memory = memoryIn(await this.#read(name));
        return memory !== undefined && checkoutFile(memory.path) === name ? [memory] : [];
      });
    return (await Promise.all(memories)).flat();
  }

  forget(path: string): Promise<void> {
    return this.#onStorage(() => unlessAbsent(() => unlinkSync(this.#file(checkoutFile(path))), undefined));
  }

  async preference(projectUuid: string): Promise<SharingPreference | undefined> {
    const { project_uuid: uuid, sharing } = await this.#read(preferenceFile(projectUuid));
    return uuid === projectUuid && (sharing === 'on' || sharing === 'off') ? sharing : undefined;
  }

  setPreference(projectUuid: string, sharing: SharingPreference): Promise<void> {
    return this.#write(preferenceFile(projectUuid), { project_uuid: projectUuid, sharing });
  }

  #file(name = ''): string {
    return this.#root.file('checkouts', name);
  }

  async #text(name: string): Promise<string> {
    return this.#onStorage(() => unlessAbsent(() => readFileSync(this.#file(name), 'utf8'), '', NOT_THERE));
  }

  async #read(name: string): Promise<Fields> {
    const fields = parseJson(await this.#text(name));
    return isFields(fields) ? fields : {};
  }

  async #write(name: string, document: object): Promise<void> {
    const text = `${JSON.stringify(document)}\n`;
    if ((await this.#text(name)) === text) return;
    this.#root.make();
    await this.#onStorage(() => {
      makeDirectory(this.#file());
      return writeFileAtomic(this.#file(name), text, { mode: 0o600 });
    });
  }

  #onStorage<T>(work: () => T | Promise<T>): Promise<T> {
    return onStorage(this.#file(), work);
  }
}

/** The second: something else lies in the folder's place. */
const NOT_THERE = ['ENOENT', 'ENOTDIR'];

const CHECKOUT_FILE = /^[0-9a-f]{32}\.json$/;

const checkoutFile = (path: string): string => `${shortHash(path)}.json`;
const preferenceFile = (projectUuid: string): string => `preference-${shortHash(projectUuid)}.json`;
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** What is remembered of a checkout, by the keys of its file, in their order. */
const KEYS = [
  { name: 'path', key: 'path', type: 'string' },
  { name: 'projectUuid', key: 'project_uuid', type: 'string' },
  { name: 'projectSlug', key: 'project_slug', type: 'string' },
  { name: 'share', key: 'share', type: 'boolean' },
  { name: 'configReadable', key: 'config_readable', type: 'boolean' },
] as const;

/** What a file says; a value of the wrong type is left out, a file without a path says nothing. */
const memoryIn = (fields: Fields): CheckoutMemory | undefined => {
  const known = KEYS.filter(({ key, type }) => typeof fields[key] === type);
  const memory = Object.fromEntries(known.map(({ name, key }) => [name, fields[key]]));
  return 'path' in memory ? (memory as unknown as CheckoutMemory) : undefined;
};
