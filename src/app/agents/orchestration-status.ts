import { SyncError } from '../../domain/errors.js';
import { describeIssues } from '../../domain/result.js';
import { standingOf, type OrchestrationStanding } from './standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { ClientPorts } from '../../ports/client.js';
import type { OrchestrationStore } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import { UseCase } from '../use-case.js';
import { viewOf } from './plan-orchestration.js';
import { loadFeature } from '../work/locate-feature.js';

export interface OrchestrationReport {
  /** Whether a process is at work on it now, as the kernel knows. */
  readonly isRunning: boolean;
  readonly standing: OrchestrationStanding;
}

type OrchestrationStatusPorts = Pick<ClientPorts, 'files' | 'orchestrationStore'>;

/** Says where the orchestration of a project stands. Changes nothing. */
export class OrchestrationStatus extends UseCase<OrchestrationStatusPorts> {
  /** `undefined` when there was never one. Fails with `storage-corrupt` when what is remembered cannot be understood. */
  async run({ checkout }: { readonly checkout: Checkout }): Promise<OrchestrationReport | undefined> {
    const state = await readOrchestration(this.ports.orchestrationStore, checkout);
    if (state === undefined) return undefined;
    const isRunning = await this.ports.orchestrationStore.isOccupied(checkout);
    const feature = await loadFeature(this.ports.files, checkout.projectRoot, state.feature);
    return { isRunning, standing: standingOf(state, viewOf(feature)) };
  }
}

/** The state that a project has. Fails with `storage-corrupt`, naming everything that is wrong with it. */
export const readOrchestration = async (
  store: Pick<OrchestrationStore, 'read'>,
  checkout: Checkout,
): Promise<OrchestrationState | undefined> => {
  const reading = await store.read(checkout);
  if (reading.found === 'state') return reading.state;
  if (reading.found === 'none') return undefined;
  const message = `.kittify/orchestration-state.json cannot be understood: ${describeIssues(reading.issues)}.`;
  throw new SyncError('storage-corrupt', message, {
    hint: 'Look at the file. When it is of no use, move it away and begin again with "spec-kitty orchestrate".',
  });
};
