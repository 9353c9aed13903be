import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { NO_DETOUR } from '../fs/repository-file.js';

/**
 * The log of one run: what the program printed, byte for byte, up to a limit. A log that cannot be written costs the
 * log alone, never the run.
 */
export class RunLog {
  #descriptor: number | undefined;
  #left: number;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#left = maxBytes;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#descriptor = openSync(path, APPENDING, 0o600);
    } catch {
      this.#descriptor = undefined;
    }
  }

  write(bytes: Buffer): void {
    if (this.#descriptor === undefined || this.#left === 0) return;
    const fitting = bytes.subarray(0, this.#left);
    this.#left -= fitting.length;
    try {
      writeSync(this.#descriptor, fitting);
      if (this.#left === 0) writeSync(this.#descriptor, '\n[The rest of the output is left out.]\n');
    } catch {
      this.close();
    }
  }

  /** Safe to repeat. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOUR;
const MAX_BYTES = 16 * 1024 * 1024;
