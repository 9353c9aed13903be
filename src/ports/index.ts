/** The driven interfaces of the project: what an adapter has to promise. Types only. */
export type * from './hub.js';
export type * from './agents.js';
export type * from './delivery.js';
export type * from './events.js';
export type * from './outbox.js';
export type * from './host.js';
export type * from './work.js';
