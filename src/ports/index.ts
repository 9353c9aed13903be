/** The driven interfaces of the project: what an adapter has to promise. Types only. */
export type * from './accounts.js';
export type * from './agents.js';
export type * from './auth.js';
export type * from './background.js';
export type * from './clock.js';
export type * from './config.js';
export type * from './event-reader.js';
export type * from './event-store.js';
export type * from './foreign-queue.js';
export type * from './host.js';
export type * from './merging.js';
export type * from './queue.js';
export type * from './receipts.js';
export type * from './state-files.js';
export type * from './transport.js';
export type * from './workspace.js';
