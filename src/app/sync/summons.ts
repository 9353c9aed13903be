import { isNewer } from '../../domain/delivery/background-life.js';
import type { BackgroundPost, BackgroundStarter } from '../../ports/background.js';
import type { WallClock } from '../../ports/host.js';

/**
 * Sees to it that a background process runs, for a command that ends at once: it looks, starts one if none is there,
 * and never waits for it. A newer program than the one that runs asks that one to leave; whoever comes next starts
 * its successor.
 */
export class Summons {
  readonly #post: BackgroundPost;
  readonly #starter: BackgroundStarter;
  readonly #clock: WallClock;
  readonly #version: string;

  constructor(post: BackgroundPost, starter: BackgroundStarter, clock: WallClock, version: string) {
    this.#post = post;
    this.#starter = starter;
    this.#clock = clock;
    this.#version = version;
  }

  /** Never throws: what was captured does not depend on it. */
  async run(): Promise<'running' | 'started' | 'too early' | 'failed'> {
    try {
      const heartbeat = await this.#post.heartbeat();
      if (this.#post.isOccupied()) {
        if (heartbeat !== undefined && isNewer(this.#version, heartbeat.version)) {
          await this.#post.askToLeave(this.#version);
        }
        return 'running';
      }
      if ((heartbeat?.nextTryAtMs ?? 0) > this.#clock.nowMs()) return 'too early';
      this.#starter.start();
      return 'started';
    } catch {
      return 'failed';
    }
  }
}
