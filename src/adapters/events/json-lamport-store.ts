import { SyncError } from '../../domain/errors.js';
import type { LamportReading, LamportStore } from '../../ports/events.js';
import { lockFile } from '../fs/process-lock.js';
import { writeFileAtomicSync, writeFully } from '../fs/atomic-write.js';
import { onStorage, unlessAbsent } from '../fs/storage-failure.js';
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFields, parseJson, type Fields } from '../../domain/document.js';
import { isNodeId } from '../../domain/ids.js';
import { isLamport } from '../../domain/events/lamport.js';
import { makeDirectory } from '../fs/make-directory.js';

/** The Lamport clock of the state root, guarded by the same lock as every capture. */
export class JsonLamportStore implements LamportStore {
  readonly #file: LamportFile;
  readonly #lockPath: string;
  readonly #waitMs: number;

  constructor(file: LamportFile, lockPath: string, waitMs = 5000) {
    this.#file = file;
    this.#lockPath = lockPath;
    this.#waitMs = waitMs;
  }

  async read(): Promise<LamportReading> {
    const present = await onStorage(this.#file.path, () => {
      try {
        return this.#file.load('r');
      } finally {
        this.#file.close();
      }
    });
    // Storing the rebuilt value is what makes the reason be said once.
    return present.rebuilt === undefined ? present : this.update((value) => value);
  }

  update(decide: (value: number) => number): Promise<LamportReading> {
    return onStorage(this.#file.path, () => this.#updateUnderLock(decide));
  }

  async #updateUnderLock(decide: (value: number) => number): Promise<LamportReading> {
    const lock = await lockFile(this.#lockPath, this.#waitMs);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process holds the clock.', {
        hint: 'Try again; a command that hangs may hold the lock.',
      });
    }
    try {
      const present = this.#file.load();
      const value = Math.max(present.value, decide(present.value));
      if (value > present.value || present.rebuilt !== undefined) this.#file.store(value, present.nodeId);
      return { ...present, value };
    } finally {
      lock.release();
      this.#file.close();
    }
  }
}

/** What the clock's file needs to know of its surroundings. */
export interface LamportSurroundings {
  /** Changes with every start of the kernel; absent where the kernel does not say. */
  readonly bootId?: string | undefined;
  /** Hash of the machine's id; absent where there is none. */
  readonly machine?: string | undefined;
  /** Mints the node id of this machine and user; always the same answer. */
  mintNodeId(): string;
  /** Highest Lamport clock in the headers and tails of all outboxes. */
  highestCaptured(): number;
  nowMs(): number;
}

/**
 * `clock.json` of the state root. `load` and `store` are synchronous and must be called under the capture lock; what
 * `load` opens stays open until `close`, which needs no lock. The value is stored before it is used, so a crash leaves a gap, never a repeat. Where the kernel names its boot the file is not
 * synced: after a power cut the boot differs, and the clock restarts above everything that was captured.
 *
 * A file that only gets a higher value of as many digits is written over in place, which costs half of what replacing
 * it does. Torn anywhere, it holds the first digits of the higher value and the last ones of the lower: never less than
 * was stored before, and still JSON. Everything else replaces the file.
 */
export class LamportFile {
  readonly path: string;
  readonly #surroundings: LamportSurroundings;
  /** What the file holds, as it was read under the lock that is held now. */
  #text = '';
  #descriptor: number | undefined;

  constructor(stateRoot: string, surroundings: LamportSurroundings) {
    this.path = join(stateRoot, 'clock.json');
    this.#surroundings = surroundings;
  }

  load(flags: 'r' | 'r+' = 'r+'): LamportReading {
    const { bootId, machine } = this.#surroundings;
    const stored = this.#read(flags);
    if (typeof stored === 'string') {
      const value = this.#surroundings.highestCaptured();
      const nodeId = this.#surroundings.mintNodeId();
      return value === 0 && stored === MISSING ? { value, nodeId } : { value, nodeId, rebuilt: stored };
    }
    const { value, node_id: known, boot_id: lastBoot, machine: lastMachine } = stored;
    const isCopied = machine !== undefined && typeof lastMachine === 'string' && machine !== lastMachine;
    const isKept = !isCopied && typeof known === 'string' && isNodeId(known);
    const nodeId = isKept ? known : this.#surroundings.mintNodeId();
    if (bootId === undefined || bootId === lastBoot) return { value, nodeId };
    return { value: Math.max(value, this.#surroundings.highestCaptured()), nodeId };
  }

  store(value: number, nodeId: string): void {
    const { bootId, machine } = this.#surroundings;
    const updatedAt = new Date(this.#surroundings.nowMs()).toISOString();
    const content = { value, node_id: nodeId, updated_at: updatedAt, boot_id: bootId, machine };
    const text = `${JSON.stringify(content)}\n`;
    if (bootId !== undefined && this.#descriptor !== undefined && isSuccessor(text, this.#text))
      writeFully(this.#descriptor, Buffer.from(text, 'utf8'), 0);
    else {
      this.close();
      makeDirectory(dirname(this.path));
      writeFileAtomicSync(this.path, text, { mode: 0o600, durable: bootId === undefined });
    }
    this.#text = text;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #read(flags: 'r' | 'r+'): StoredClock | string {
    this.close();
    this.#descriptor = unlessAbsent(() => openSync(this.path, flags), undefined);
    if (this.#descriptor === undefined) return MISSING;
    const bytes = Buffer.allocUnsafe(CLOCK_BYTES);
    this.#text = bytes.toString('utf8', 0, readSync(this.#descriptor, bytes, 0, CLOCK_BYTES, 0));
    const fields = parseJson(this.#text);
    return isStoredClock(fields) ? fields : `${this.path} could not be understood`;
  }
}

// What is longer was not written by us.
const CLOCK_BYTES = 4096;

/** What is read of a clock; whatever of the rest is not as it was written counts as absent. */
type StoredClock = Fields & { readonly value: number };

const isStoredClock = (fields: unknown): fields is StoredClock =>
  isFields(fields) && isLamport(fields['value']);

/** Whether the texts differ in nothing but a later time and a value that is not lower and has as many digits. */
const isSuccessor = (after: string, before: string): boolean =>
  before.length === after.length && before <= after && unchanging(before) === unchanging(after);

const unchanging = (text: string): string => text.replace(/^\{"value":\d+|"updated_at":"[^"]*"/g, '');

const MISSING = 'the clock file is missing';
