import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log, WallClock } from '../../ports/host.js';

/**
 * Messages of a process that nobody watches, one line each with the time, in a file that never grows beyond a limit:
 * a full one becomes `<name>.1`, in place of the one before. Makes its own directory and none above it; never fails.
 */
export class BoundedFileLog implements Log {
  readonly #path: string;
  readonly #clock: WallClock;
  readonly #maxBytes: number;

  constructor(path: string, clock: WallClock, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  warn(message: string): void {
    this.#write(`warning: ${message}`);
  }

  info(message: string): void {
    this.#write(message);
  }

  debug(): void {
    // Nobody could ask for it: the process is started by others.
  }

  #write(message: string): void {
    try {
      const directory = dirname(this.#path);
      if (!existsSync(dirname(directory))) return;
      if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size >= this.#maxBytes) renameSync(this.#path, `${this.#path}.1`);
      const text = message.slice(0, MAX_MESSAGE).replaceAll(/\p{Cc}/gu, ' ');
      appendFileSync(this.#path, `${new Date(this.#clock.nowMs()).toISOString()} ${text}\n`, { mode: 0o600 });
    } catch {
      // Delivery does not depend on what is told about it.
    }
  }
}

const MAX_BYTES = 128 * 1024;
const MAX_MESSAGE = 1000;
