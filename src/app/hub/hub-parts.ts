import type { Log, WallClock } from '../../ports/host.js';
import type { AccountStore, EventStore } from '../../ports/hub.js';
import type { HubLimits } from './hub-limits.js';
import type { HubMetrics } from './metrics.js';

/** What calls and sessions of a hub work with. */
export interface HubParts {
  readonly store: EventStore;
  readonly accounts: AccountStore;
  readonly clock: WallClock;
  readonly log: Log;
  readonly limits: HubLimits;
  readonly metrics: HubMetrics;
}
