import { HEALTH } from '../../domain/hub/api.js';
import { isSyncError } from '../../domain/errors.js';
import { Refusal } from './problem.js';
import { json, jsonOf, type Calls } from './route.js';
import { bearerRefusal } from './callers.js';
import type { HubParts } from './hub-parts.js';

/** Whether the hub is alive and able to work, and what it does not do. */
export const healthCalls = ({ store, accounts }: HubParts): Calls => {
  let proof: { readonly written: Promise<void>; readonly atMs: number } | undefined;
  /** Anybody may ask, and each proof is a write: one a second is shared by all who ask. */
  const proveWriting = (): Promise<void> => {
    const atMs = performance.now();
    if (proof === undefined || atMs - proof.atMs >= PROOF_MS) proof = { written: store.proveWriting(), atMs };
    return proof.written;
  };
  return {
    'GET /api/v1/sync/health/': {
      summary: 'Says to clients that the hub can be reached; with a token also whether it is known here.',
      answers: jsonOf(HEALTH),
      open: async ({ token }) => {
        const bearer = token === undefined ? undefined : await accounts.identify(token, 'access');
        if (bearer?.ok === false) throw bearerRefusal(bearer.error);
        return json({ status: 'ok' });
      },
    },
    'GET /healthz': {
      summary: 'Says that the process runs.',
      answers: jsonOf(HEALTH),
      open: () => json({ status: 'ok' }),
    },
    'GET /readyz': {
      summary: 'Says whether the store answers.',
      answers: jsonOf(HEALTH),
      open: async () => {
        try {
          await proveWriting();
          return json({ status: 'ok' });
        } catch (error) {
          throw isSyncError(error) ? new Refusal('storage-failed', error.message) : error;
        }
      },
    },
    /**
     * Where spec-kitty 2.1 offers the text of planning documents. This hub keeps none; the one answer after which that
     * client does not offer the same again for hours is that there is no such place.
     */
    'POST /api/dossier/push-content/': {
      summary: 'Says to clients that offer planning documents that none are kept here.',
      bearer: () => {
        throw new Refusal('not-found', 'This hub keeps events, no documents.', {
          members: { error: 'namespace_not_found' },
        });
      },
    },
  };
};

const PROOF_MS = 1000;
