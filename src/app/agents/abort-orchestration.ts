import { SyncError } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Checkout } from '../../ports/events.js';
import { UseCase } from '../use-case.js';
import { readOrchestration } from './orchestration-status.js';

export interface AbortResult {
  readonly feature: string;
  readonly runId: string;
  /** `aborted`: by this call. `stopped`: the process that ran it was asked to and has ended. */
  readonly outcome: 'aborted' | 'stopped' | 'already-aborted' | 'already-completed';
}

type AbortOrchestrationPorts = Pick<ClientPorts, 'orchestrationStore' | 'timer' | 'wallClock'>;

/**
 * Gives an orchestration up. Its agents are stopped; lanes, branches and work trees stay as they are, and whatever was
 * approved and merged stays so.
 */
export class AbortOrchestration extends UseCase<AbortOrchestrationPorts> {
  /**
   * Fails with `orchestration-absent` when there is nothing to give up, and with `lock-busy` when the process that runs it does
   * not end within a minute after it was asked to.
   */
  async run({ checkout }: { readonly checkout: Checkout }, signal?: AbortSignal): Promise<AbortResult> {
    const state = await readOrchestration(this.ports.orchestrationStore, checkout);
    if (state === undefined) {
      throw new SyncError('orchestration-absent', 'This project has no orchestration.', {
        hint: 'Begin one with "spec-kitty orchestrate --feature" and the name of a feature.',
      });
    }
    const { place, asked } = await this.#occupy(checkout, signal);
    try {
      const present = (await readOrchestration(this.ports.orchestrationStore, checkout)) ?? state;
      const told = { feature: present.feature, runId: present.runId };
      if (present.status === 'completed') return { ...told, outcome: 'already-completed' };
      if (present.status === 'aborted') return { ...told, outcome: asked ? 'stopped' : 'already-aborted' };
      const updatedAt = new Date(this.ports.wallClock.nowMs()).toISOString();
      await this.ports.orchestrationStore.write(place, { ...present, status: 'aborted', updatedAt });
      return { ...told, outcome: 'aborted' };
    } finally {
      place.release();
    }
  }

  /** Whoever has the place is asked to leave it. */
  async #occupy(checkout: Checkout, signal: AbortSignal | undefined) {
    for (let waitedMs = 0, asked = false; ; waitedMs += PAUSE_MS, asked = true) {
      const place = await this.ports.orchestrationStore.occupy(checkout);
      if (place !== undefined) return { place, asked };
      if (!asked) await this.ports.orchestrationStore.askToStop(checkout);
      if (signal?.aborted === true)
        throw new SyncError('interrupted', 'Interrupted; the orchestration was asked to stop.');
      if (waitedMs >= PATIENCE_MS) {
        throw new SyncError('lock-busy', 'The orchestrator was asked to stop, and is still at work.', {
          hint: 'See with "spec-kitty orchestrate --status" what it is doing; it ends as soon as its agents have.',
        });
      }
      await this.ports.timer.sleep(PAUSE_MS, signal);
    }
  }
}

const PAUSE_MS = 200;
const PATIENCE_MS = 60_000;
