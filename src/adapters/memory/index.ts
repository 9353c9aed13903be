/** In-memory adapters of what tests swap, and of what is slow, remote or random: the same promises, a clock that a test moves. */
export * from './memory-agents.js';
export * from './memory-host.js';
export * from './memory-hub.js';
export * from './memory-outbox.js';
export * from './memory-sign-ins.js';
export * from './memory-stores.js';
export * from './memory-transports.js';
