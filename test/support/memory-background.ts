import type { BackgroundPost, BackgroundStarter, Doorbell, Heartbeat } from '../../src/ports/delivery.js';

/** The place of a background process that lives in memory. */
export class MemoryBackgroundPost implements BackgroundPost {
  #isOccupied = false;
  #heartbeat: Heartbeat | undefined;
  #asked: string | undefined;
  #isGone = false;

  async occupy(): Promise<{ release(): void } | undefined> {
    if (this.#isOccupied) return undefined;
    this.#isOccupied = true;
    this.#asked = undefined;
    return { release: () => (this.#isOccupied = false) };
  }

  isOccupied(): boolean {
    return this.#isOccupied;
  }

  async heartbeat(): Promise<Heartbeat | undefined> {
    return this.#heartbeat;
  }

  async beat(heartbeat: Heartbeat): Promise<boolean> {
    if (this.#isGone) return false;
    this.#heartbeat = heartbeat;
    return true;
  }

  async askToLeave(version: string): Promise<void> {
    this.#asked = version;
  }

  async askedToLeave(): Promise<string | undefined> {
    return this.#asked;
  }

  /** From now on there is no state root. */
  remove(): void {
    this.#isGone = true;
  }
}

/** A doorbell that a test rings. */
export class MemoryDoorbell implements Doorbell {
  readonly #rings = new Set<() => void>();

  async watch(ring: () => void): Promise<{ close(): void }> {
    this.#rings.add(ring);
    return { close: () => this.#rings.delete(ring) };
  }

  ring(): void {
    for (const ring of this.#rings) ring();
  }
}

/** Remembers how often the background process was to be started. */
export class MemoryBackgroundStarter implements BackgroundStarter {
  started = 0;

  start(): void {
    this.started += 1;
  }
}
