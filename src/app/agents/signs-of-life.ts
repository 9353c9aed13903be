import type { WallClock } from '../../ports/host.js';
import type { OrchestrationProgress } from './orchestration-progress.js';

interface RunningProgram {
  readonly agent: string;
  /** When it last printed a line, or was started. */
  readonly heardAtMs: number;
}

/** Hears what happens in an orchestration, and knows for how long each agent at work has printed nothing. */
export class SignsOfLife {
  readonly #clock: WallClock;
  readonly #running = new Map<string, RunningProgram>();
  #feature = '';

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  hear(progress: OrchestrationProgress): void {
    if (progress.what === 'started') this.#feature = progress.feature;
    else if (progress.what === 'agent-ended') this.#running.delete(progress.workPackageId);
    else if (progress.what === 'agent-started' || progress.what === 'line') {
      const { workPackageId, agent } = progress;
      this.#running.set(workPackageId, { agent, heardAtMs: this.#clock.nowMs() });
    }
  }

  /** Of every program that runs now, as a hub is told of it; the latest 50, if there are more. */
  list() {
    const nowMs = this.#clock.nowMs();
    return [...this.#running].slice(-MOST).map(([wp_id, { agent, heardAtMs }]) => ({
      ...{ feature_slug: this.#feature, wp_id, agent },
      silent_ms: Math.max(0, nowMs - heardAtMs),
    }));
  }
}

/** So many fit into what a hub takes. */
const MOST = 50;
