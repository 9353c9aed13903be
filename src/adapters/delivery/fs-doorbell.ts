import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Doorbell } from '../../ports/delivery.js';

/**
 * The file system as the doorbell: captures and decisions change files in `outbox/<project>`. Watches every outbox,
 * and looks at sizes twice a second where the system cannot watch, so that nothing rings later than that.
 */
export class FsDoorbell implements Doorbell {
  readonly #outboxes: string;
  readonly #pollMs: number;

  constructor(outboxesDirectory: string, pollMs = POLL_MS) {
    this.#outboxes = outboxesDirectory;
    this.#pollMs = pollMs;
  }

  async watch(ring: () => void): Promise<{ close(): void }> {
    const watchers = new Map<string, FSWatcher | undefined>();
    let seen = '';
    let isLooking = false;
    let isClosed = false;
    const look = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      try {
        const projects = await readdir(this.#outboxes).catch(() => []);
        if (isClosed) return;
        for (const project of projects) {
          if (!watchers.has(project)) watchers.set(project, watchOutbox(join(this.#outboxes, project), ring));
        }
        const sizes = await Promise.all(projects.map((project) => sizesOf(join(this.#outboxes, project))));
        const now = sizes.join();
        if (seen !== now && seen !== '' && !isClosed) ring();
        seen = now === '' ? ' ' : now;
      } finally {
        isLooking = false;
      }
    };
    await look();
    const timer = setInterval(() => void look(), this.#pollMs);
    return {
      close: () => {
        isClosed = true;
        clearInterval(timer);
        for (const watcher of watchers.values()) watcher?.close();
      },
    };
  }
}

const POLL_MS = 500;

const RINGING = new Set(['current.jsonl', 'decisions.jsonl', 'waiting']);

/** What a sender itself writes must not ring, or it would never rest. */
const watchOutbox = (directory: string, ring: () => void): FSWatcher | undefined => {
  try {
    const watcher = watch(directory, (_event, name) => {
      if (name === null || RINGING.has(name)) ring();
    });
    // Looking at the sizes goes on when the system runs out of watches, or the directory goes away.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
};

const sizesOf = async (directory: string): Promise<string> => {
  const sizes = await Promise.all(
    [...RINGING].map((name) =>
      stat(join(directory, name)).then(
        ({ size, mtimeMs }) => `${size}@${mtimeMs}`,
        () => '-',
      ),
    ),
  );
  return sizes.join(':');
};
