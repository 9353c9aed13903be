import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isFields, parseJson, type Fields } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import type { CheckoutMemory, CheckoutRegistry, SharingPreference } from '../../ports/events.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';
import type { StateRoot } from '../fs/state-root.js';

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
    const memory = parseMemory(this.#read(checkoutFile(path)));
    return memory?.path === path ? memory : undefined;
  }

  async remember(memory: CheckoutMemory): Promise<void> {
    await this.#write(checkoutFile(memory.path), memoryToJson(memory));
  }

  async list(): Promise<readonly CheckoutMemory[]> {
    return this.#names()
      .filter((name) => CHECKOUT_FILE.test(name))
      .flatMap((name) => {
        const memory = parseMemory(this.#read(name));
        return memory !== undefined && checkoutFile(memory.path) === name ? [memory] : [];
      });
  }

  async forget(path: string): Promise<void> {
    const file = join(this.#folder, checkoutFile(path));
    try {
      unlinkSync(file);
    } catch (error) {
      if (!isMissing(error)) throw failure(file, error);
    }
  }

  async preference(projectUuid: string): Promise<SharingPreference | undefined> {
    return parsePreference(this.#read(preferenceFile(projectUuid)), projectUuid);
  }

  async setPreference(projectUuid: string, preference: SharingPreference): Promise<void> {
    await this.#write(preferenceFile(projectUuid), preferenceToJson(projectUuid, preference));
  }

  get #folder(): string {
    return this.#root.file('checkouts');
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw failure(this.#folder, error);
    }
  }

  #read(name: string): string | undefined {
    const path = join(this.#folder, name);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failure(path, error);
    }
  }

  async #write(name: string, text: string): Promise<void> {
    if (this.#read(name) === text) return;
    this.#root.make();
    try {
      makeDirectory(this.#folder);
      await writeFileAtomic(join(this.#folder, name), text, { mode: 0o600 });
    } catch (error) {
      throw failure(this.#folder, error);
    }
  }
}

const CHECKOUT_FILE = /^[0-9a-f]{32}\.json$/;

const checkoutFile = (path: string): string => `${shortHash(path)}.json`;
const preferenceFile = (projectUuid: string): string => `preference-${shortHash(projectUuid)}.json`;
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

const failure = (path: string, cause: unknown): SyncError =>
  new SyncError('storage-failed', `${path} could not be read or written.`, { cause });

/** Text of a checkout's file; equal memories have equal texts. */
const memoryToJson = (memory: CheckoutMemory): string =>
  toText({
    path: memory.path,
    project_uuid: memory.projectUuid,
    project_slug: memory.projectSlug,
    share: memory.share,
    config_readable: memory.configReadable,
  });

/** What a checkout's file says; a value of the wrong type is left out, a file without a path says nothing. */
const parseMemory = (text: string | undefined): CheckoutMemory | undefined => {
  const fields = parseFields(text);
  const path = fields?.['path'];
  if (fields === undefined || typeof path !== 'string') return undefined;
  const { project_uuid: uuid, project_slug: slug, share, config_readable: readable } = fields;
  return {
    path,
    ...(typeof uuid === 'string' && { projectUuid: uuid }),
    ...(typeof slug === 'string' && { projectSlug: slug }),
    ...(typeof share === 'boolean' && { share }),
    ...(typeof readable === 'boolean' && { configReadable: readable }),
  };
};

const preferenceToJson = (projectUuid: string, sharing: SharingPreference): string =>
  toText({ project_uuid: projectUuid, sharing });

const parsePreference = (text: string | undefined, projectUuid: string): SharingPreference | undefined => {
  const fields = parseFields(text);
  const sharing = fields?.['project_uuid'] === projectUuid ? fields['sharing'] : undefined;
  return sharing === 'on' || sharing === 'off' ? sharing : undefined;
};

const toText = (value: unknown): string => `${JSON.stringify(value)}\n`;

const parseFields = (text: string | undefined): Fields | undefined => {
  const value = parseJson(text ?? '');
  return isFields(value) ? value : undefined;
};
