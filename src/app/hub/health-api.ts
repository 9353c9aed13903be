import { isSyncError } from '../../domain/errors.js';
import type { AccountStore, EventStore } from '../../ports/hub.js';
import { problem } from './problem.js';
import { json, refuse, type Route } from './route.js';
import { bearerProblem } from './token-api.js';

/** Whether the hub is alive and able to work. */
export const healthRoutes = (
  store: EventStore,
  accounts: Pick<AccountStore, 'identify'>,
): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/v1/sync/health/',
    summary: 'Says to clients that the hub can be reached; with a token also whether it is known here.',
    access: {
      kind: 'open',
      handle: async ({ token }) => {
        const bearer = token === undefined ? undefined : await accounts.identify(token, 'access');
        return bearer?.ok === false ? refuse(bearerProblem(bearer.error)) : json({ status: 'ok' });
      },
    },
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
