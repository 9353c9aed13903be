import { setTimeout as delay } from 'node:timers/promises';
import type { Timer } from '../../ports/host.js';

/** Real waiting. A wait keeps the process alive unless the timer was made with `keepsAlive: false`. */
export class NodeTimer implements Timer {
  readonly #ref: boolean;

  constructor({ keepsAlive = true }: { readonly keepsAlive?: boolean } = {}) {
    this.#ref = keepsAlive;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + Math.max(0, ms);
    // One timer of Node cannot wait longer; a longer one would fire at once.
    for (let left = ms; left > 0 && signal?.aborted !== true; left = deadline - performance.now()) {
      const options = { ref: this.#ref, ...(signal !== undefined && { signal }) };
      await delay(Math.min(left, LONGEST_WAIT_MS), undefined, options).catch(() => undefined);
    }
  }
}

const LONGEST_WAIT_MS = 2 ** 31 - 1;
