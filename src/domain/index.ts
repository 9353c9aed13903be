/** The public domain: pure types and decisions, usable in any JavaScript host. */
export * from './errors.js';
export * from './ids.js';
export * from './result.js';
export * from './wire.js';
export * from './delivery/account.js';
export * from './delivery/connection.js';
export * from './delivery/decision.js';
export * from './delivery/ledger.js';
export * from './delivery/outcome.js';
export * from './events/envelope.js';
export * from './events/payloads.js';
export * from './time/causal-order.js';
export * from './time/lamport.js';
export * from './workflow/intent.js';
export * from './workflow/lane.js';
