import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { isFields } from '../../domain/wire.js';
import type { Intent } from '../../domain/workflow/intent.js';
import { parseIntent } from '../../domain/workflow/parse-intent.js';
import type { HeldRepository, IntentStore } from '../../ports/workspace.js';
import { syncDirectory, writeFileAtomicSync } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';

/**
 * The intent of a repository as one JSON document with a checksum. The file is written over in place and emptied, not
 * replaced: a torn one fails its checksum and belongs to work that had not begun, so a rename would buy nothing, and
 * keeping the file saves the sync of its directory.
 */
export class JsonIntentStore implements IntentStore {
  readonly #stateRoot: string;

  /** @param stateRoot where the intent of a project without git lies */
  constructor(stateRoot: string) {
    this.#stateRoot = stateRoot;
  }

  async read(held: HeldRepository): Promise<'none' | 'unreadable' | Intent> {
    const path = this.#pathOf(held);
    const text = guarded(path, () => readText(path));
    if (text === undefined || text === '') return 'none';
    return parseStored(text) ?? 'unreadable';
  }

  async write(held: HeldRepository, intent: Intent): Promise<void> {
    const path = this.#pathOf(held);
    const bytes = Buffer.from(render(intent), 'utf8');
    guarded(path, () => {
      // One that still keeps events is replaced in one step: torn, it would take them along.
      if (isEmpty(path)) writeDurably(path, bytes);
      else writeFileAtomicSync(path, bytes, { mode: 0o600 });
    });
  }

  async clear(held: HeldRepository): Promise<void> {
    const path = this.#pathOf(held);
    // Not synced: after a power cut the intent may be back, and then the journal has its events.
    guarded(path, () => {
      truncateIfThere(path);
    });
  }

  #pathOf({ checkout }: HeldRepository): string {
    if (checkout.commonDir !== undefined) return join(checkout.commonDir, 'spec-kitty', 'intent.json');
    return join(this.#stateRoot, 'intents', `${sha256(checkout.projectRoot).slice(0, 32)}.json`);
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const render = (intent: Intent): string => {
  const json = JSON.stringify(intent);
  return `{"checksum":"${sha256(json)}","intent":${json}}\n`;
};

/** A document counts only if rendering what it says gives the same bytes: that covers the checksum and all the rest. */
const parseStored = (text: string): Intent | undefined => {
  try {
    const document: unknown = JSON.parse(text);
    const intent = isFields(document) ? parseIntent(document['intent']) : undefined;
    return intent !== undefined && render(intent) === text ? intent : undefined;
  } catch {
    return undefined;
  }
};

const writeDurably = (path: string, bytes: Uint8Array): void => {
  const { descriptor, isNew } = openForWriting(path);
  try {
    for (let offset = 0; offset < bytes.length;) {
      offset += writeSync(descriptor, bytes, offset, bytes.length - offset, offset);
    }
    ftruncateSync(descriptor, bytes.length);
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (isNew) syncDirectory(dirname(path));
};

const openForWriting = (path: string): { readonly descriptor: number; readonly isNew: boolean } => {
  try {
    return { descriptor: openSync(path, constants.O_WRONLY), isNew: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeDirectory(dirname(path));
    return { descriptor: openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600), isNew: true };
  }
};

const isEmpty = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const truncateIfThere = (path: string): void => {
  try {
    truncateSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw new SyncError('storage-failed', `${path} cannot be read or written: ${(cause as Error).message}`, {
      cause,
    });
  }
};
