import { holdReason, type HoldReason, type RoutableEvent } from '../outbox/routing-policy.js';
import type { ConnectionStatus } from './connection.js';

export type Route =
  /** Over the live connection; the outbox keeps its copy until a receipt names the event. */
  | { readonly route: 'send-now' }
  | { readonly route: 'next-batch' }
  | { readonly route: 'hold'; readonly reason: HoldReason };

export interface RoutingInput extends RoutableEvent {
  readonly connection: ConnectionStatus;
}

/** What to do with a captured event, and why. The first reason to hold that applies is the one that is told. */
export const decideRoute = (input: RoutingInput): Route => {
  const reason = holdReason(input);
  if (reason !== undefined) return { route: 'hold', reason };
  return { route: input.connection === 'Connected' ? 'send-now' : 'next-batch' };
};
