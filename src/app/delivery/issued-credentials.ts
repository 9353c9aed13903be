import type { HubAddress } from '../../domain/outbox/account.js';
import type { Credentials, IssuedTokens } from '../../ports/delivery.js';

/** Who the tokens were issued to. */
interface TokenHolder {
  readonly username: string;
  readonly teamSlug?: string;
  readonly server: HubAddress;
}

/** What to store of tokens that a hub has just issued; what it does not say again stays as it was. */
export const issuedCredentials = (issued: IssuedTokens, holder: TokenHolder, nowMs: number): Credentials => {
  const teamSlug = issued.teamSlug ?? holder.teamSlug;
  const hubId = issued.hubId ?? holder.server.id;
  return {
    accessToken: issued.access,
    refreshToken: issued.refresh,
    accessExpiresAtMs: nowMs + issued.accessLifetimeSeconds * 1000,
    refreshExpiresAtMs: nowMs + issued.refreshLifetimeSeconds * 1000,
    username: holder.username,
    ...(teamSlug === undefined ? {} : { teamSlug }),
    server: { url: holder.server.url, ...(hubId === undefined ? {} : { id: hubId }) },
  };
};

/** The expiry of a token that nobody said anything about: the last year that is written with four digits. */
export const NEVER_EXPIRES_MS = 253_370_764_800_000;

/**
 * Credentials of a machine: a token that was made by hand and cannot be refreshed. It stands in the place of both,
 * since every reader of the file asks for both.
 */
export const machineCredentials = (token: string, holder: TokenHolder): Credentials => ({
  accessToken: token,
  refreshToken: token,
  accessExpiresAtMs: NEVER_EXPIRES_MS,
  refreshExpiresAtMs: NEVER_EXPIRES_MS,
  ...holder,
});

export const canRefresh = (credentials: Credentials): boolean =>
  credentials.refreshToken !== credentials.accessToken;
