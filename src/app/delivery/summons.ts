import { LONGEST_RETRY_AFTER_MS } from '../../domain/delivery/backoff.js';
import { isNewer } from '../../domain/delivery/newer-version.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Heartbeat } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';

interface SummonsNeeds extends Pick<ClientPorts, 'backgroundPost' | 'backgroundStarter' | 'wallClock'> {
  readonly version: string;
}

/**
 * Sees to it that a background process runs, for a command that ends at once: it looks, starts one if none is there,
 * and never waits for it. Where one is about to leave, or is older than this program and therefore asked to leave, its
 * successor is started at once and waits for the place.
 */
export class Summons extends UseCase<SummonsNeeds> {
  /** Never throws: what was captured does not depend on it. */
  async run(): Promise<'running' | 'started' | 'too early' | 'failed'> {
    try {
      const heartbeat = await this.ports.backgroundPost.heartbeat();
      if (heartbeat !== undefined && heartbeat.left === undefined && this.ports.backgroundPost.isOccupied()) {
        if (!(await this.#takesOver(heartbeat))) return 'running';
      } else if (this.#isTooEarly(heartbeat)) return 'too early';
      this.ports.backgroundStarter.start();
      return 'started';
    } catch {
      return 'failed';
    }
  }

  #isTooEarly(heartbeat: Heartbeat | undefined): boolean {
    const pauseMs = (heartbeat?.nextTryAtMs ?? 0) - this.ports.wallClock.nowMs();
    // Nobody pauses for longer: the clock was set back since.
    return pauseMs > 0 && pauseMs <= LONGEST_RETRY_AFTER_MS;
  }

  /** Asks an older one to leave, once: one successor is enough, and one that is stopped does not hear it. */
  async #takesOver(heartbeat: Heartbeat): Promise<boolean> {
    if (!isNewer(this.ports.version, heartbeat.version)) return false;
    if ((await this.ports.backgroundPost.askedToLeave()) === this.ports.version) return false;
    await this.ports.backgroundPost.askToLeave(this.ports.version);
    return true;
  }
}
