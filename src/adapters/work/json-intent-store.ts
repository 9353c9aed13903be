import { createHash } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFields, parseJson } from '../../domain/document.js';
import type { Intent } from '../../domain/work/intent.js';
import type { HeldRepository } from '../../ports/events.js';
import type { IntentStore } from '../../ports/work.js';
import { syncDirectory, writeFileAtomicSync, writeFully } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';
import { NO_DETOUR, readPlainFile } from '../fs/repository-file.js';
import { onStorage, unlessAbsent } from '../fs/storage-failure.js';

/**
 * The intent of a repository as one JSON document with a checksum. The file is written over in place and cut short, not
 * replaced: a torn one fails its checksum and belongs to work that had not begun, so a rename would buy nothing, and
 * keeping the file saves the sync of its directory. It is cut down to one byte: only a file without any may be one whose
 * maker died before its directory was synced.
 */
export class JsonIntentStore implements IntentStore {
  readonly #stateRoot: string;

  /** @param stateRoot where the intent of a project without git lies */
  constructor(stateRoot: string) {
    this.#stateRoot = stateRoot;
  }

  async read(held: HeldRepository): Promise<'none' | 'unreadable' | Intent> {
    const path = this.#pathOf(held);
    const text = await onStorage(path, () => unlessAbsent(() => readPlainFile(path).toString('utf8'), ''));
    return text.length <= CUT_SHORT_BYTES ? 'none' : (parseStored(text) ?? 'unreadable');
  }

  async write(held: HeldRepository, intent: Intent): Promise<void> {
    const path = this.#pathOf(held);
    const bytes = Buffer.from(render(intent), 'utf8');
    await onStorage(path, () => {
      // One that still keeps events is replaced in one step: torn, it would take them along.
      if (sizeOf(path) > CUT_SHORT_BYTES) writeFileAtomicSync(path, bytes, { mode: 0o600 });
      else {
        makeDirectory(dirname(path));
        inPlace(path, (descriptor) => {
          if (fstatSync(descriptor).size === 0) syncDirectory(dirname(path));
          writeFully(descriptor, bytes);
          fdatasyncSync(descriptor);
        });
      }
    });
  }

  async clear(held: HeldRepository): Promise<void> {
    const path = this.#pathOf(held);
    await onStorage(path, () => {
      // Not synced: after a power cut the intent may be back, and then the journal has its events.
      if (sizeOf(path) > CUT_SHORT_BYTES)
        inPlace(path, (descriptor) => ftruncateSync(descriptor, CUT_SHORT_BYTES));
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

/**
 * A document counts only if rendering what it says gives the same bytes: that covers the checksum and all the rest. Then
 * it is ours, and its version says whether this program is the one that understands it.
 */
const parseStored = (text: string): Intent | undefined => {
  const document = parseJson(text);
  const intent = isFields(document) ? (document['intent'] as Partial<Intent> | null | undefined) : undefined;
  return intent?.version === 1 && render(intent as Intent) === text ? (intent as Intent) : undefined;
};

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const inPlace = (path: string, work: (descriptor: number) => void): void => {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | NO_DETOUR, 0o600);
  try {
    work(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const CUT_SHORT_BYTES = 1;
