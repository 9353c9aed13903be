import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import type { Doorbell } from '../../ports/delivery.js';

/**
 * The file system as the doorbell: captures and decisions change files in `outbox/<project>`. It looks at their sizes four
 * times a second, which finds a change on every file system, so that nothing rings later than that.
 */
export class FsDoorbell implements Doorbell {
  readonly #outboxes: string;
  readonly #pollMs: number;

  constructor(outboxesDirectory: string, pollMs = 250) {
    this.#outboxes = outboxesDirectory;
    this.#pollMs = pollMs;
  }

  async watch(ring: () => void): Promise<{ close(): void }> {
    const closed = new AbortController();
    let seen = await this.#look();
    const listen = async (): Promise<void> => {
      for await (const _ of setInterval(this.#pollMs, undefined, { signal: closed.signal })) {
        const now = await this.#look();
        if (now !== seen && !closed.signal.aborted) ring();
        seen = now;
      }
    };
    // It ends by being closed.
    listen().catch(() => undefined);
    return { close: () => closed.abort() };
  }

  async #look(): Promise<string> {
    const projects = await readdir(this.#outboxes).catch(() => []);
    const files = projects.flatMap((project) => RINGING.map((name) => join(this.#outboxes, project, name)));
    const looks = files.map((file) => stat(file).then(({ size, mtimeMs }) => `${size}@${mtimeMs}`));
    return (await Promise.all(looks.map((look) => look.catch(() => '-')))).join();
  }
}

/** What a sender itself writes must not ring, or it would never rest. */
const RINGING = ['current.jsonl', 'decisions.jsonl', 'waiting'];
