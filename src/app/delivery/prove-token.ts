import type { HubAddress } from '../../domain/outbox/account.js';
import { unreachable } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { IssuerFault, BatchTransport } from '../../ports/delivery.js';

/**
 * Whether a hub that cannot say whose a token is takes it: it shows that by how it takes a batch without events. What
 * answers every question with 404 is no hub.
 */
export const proveToken = async (
  transport: Pick<BatchTransport, 'send'>,
  hub: HubAddress,
  accessToken: string,
  signal?: AbortSignal,
): Promise<Result<undefined, IssuerFault>> => {
  const taken = await transport.send({ hub, accessToken, events: [] }, signal);
  switch (taken.outcome) {
    case 'answered':
    case 'refused-opaque':
    case 'refused-by-id':
    case 'too-large':
      return ok(undefined);
    case 'unauthorized':
      return err({ fault: 'refused', reason: 'the access token is not accepted' });
    case 'unavailable':
    case 'forbidden':
    case 'protocol-mismatch':
    case 'unexpected':
      return err({ fault: 'unavailable', reason: taken.reason });
    default:
      return unreachable(taken);
  }
};
