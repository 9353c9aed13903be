import type { Phase } from '../../domain/agents/state.js';
import type { WallClock } from '../../ports/host.js';
import type { OrchestrationProgress } from './orchestration-progress.js';

/** An agent at work. */
export interface RunningAgent {
  readonly workPackageId: string;
  readonly phase: Phase;
  readonly agent: string;
  readonly startedAtMs: number;
  /** When it last printed a line, or was started. */
  readonly heardAtMs: number;
  /** The last that it printed. */
  readonly line: string;
}

/** Hears what happens in an orchestration, and knows who is at work, and for how long each has printed nothing. */
export class SignsOfLife {
  readonly #clock: WallClock;
  readonly #running = new Map<string, RunningAgent>();
  #feature = '';

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  hear(progress: OrchestrationProgress): void {
    if (progress.what === 'started') this.#feature = progress.feature;
    else if (progress.what === 'agent-ended') this.#running.delete(progress.workPackageId);
    else if (progress.what === 'agent-started' || progress.what === 'line') {
      const { workPackageId, phase, agent } = progress;
      const heardAtMs = this.#clock.nowMs();
      const { startedAtMs = heardAtMs, line: before = '' } = this.#running.get(workPackageId) ?? {};
      const line = (progress.what === 'line' && progress.line.trim()) || before;
      this.#running.set(workPackageId, { workPackageId, phase, agent, startedAtMs, heardAtMs, line });
    }
  }

  /** In the order of the starts. */
  running(): readonly RunningAgent[] {
    return [...this.#running.values()];
  }

  /** Of every program that runs now, as a hub is told of it; the latest 50, if there are more. */
  list() {
    const nowMs = this.#clock.nowMs();
    return this.running()
      .slice(-MOST)
      .map(({ workPackageId, agent, heardAtMs }) => ({
        ...{ feature_slug: this.#feature, wp_id: workPackageId, agent },
        silent_ms: Math.max(0, nowMs - heardAtMs),
      }));
  }
}

/** So many fit into what a hub takes. */
const MOST = 50;
