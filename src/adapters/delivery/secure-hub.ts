import type { HubAddress } from '../../domain/outbox/account.js';
import { isSecureHubUrl } from '../../domain/delivery/hub-url.js';
import { SyncError } from '../../domain/errors.js';
import { printable } from './printable.js';

/** Fails with `insecure-server` before anything is sent to a hub that is neither https nor on this machine. */
export const requireSecureHub = (hub: HubAddress): void => {
  if (isSecureHubUrl(hub.url)) return;
  throw new SyncError('insecure-server', `${printable(hub.url)} is neither https nor on this machine.`, {
    hint: 'Use the https address of the hub.',
  });
};
