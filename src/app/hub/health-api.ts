import { isSyncError } from '../../domain/errors.js';
import type { EventStore } from '../../ports/event-store.js';
import { problem } from './problem.js';
import { json, refuse, type Route } from './route.js';

/** Whether the hub is alive and able to work. */
export const healthRoutes = (store: EventStore): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/v1/sync/health/',
    summary: 'Says to clients that the hub can be reached.',
    access: { kind: 'open', handle: () => Promise.resolve(json({ status: 'ok' })) },
  },
  {
    method: 'GET',
    path: '/healthz',
    summary: 'Says that the process runs.',
    access: { kind: 'open', handle: () => Promise.resolve(json({ status: 'ok' })) },
  },
  {
    method: 'GET',
    path: '/readyz',
    summary: 'Says whether the store answers.',
    access: {
      kind: 'open',
      handle: async () => {
        try {
          await store.ping();
          return json({ status: 'ok' });
        } catch (error) {
          if (!isSyncError(error)) throw error;
          return refuse(problem('storage-failed', error.message));
        }
      },
    },
  },
];
